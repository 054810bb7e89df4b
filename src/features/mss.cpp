#include "features/mss.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "features/batch_fft.h"
#include "features/mel.h"
#include "features/stft.h"

namespace patchpilot {
namespace {

constexpr float kAmin = 1e-10f;
constexpr float kFloorDb = -80;
constexpr std::size_t kMaxWindow = 4410;
constexpr std::size_t kMaxHop = 2205;

/// Everything about a scale that does not depend on the sound.
struct ScalePlan {
  explicit ScalePlan(const MssSpectrum::Scale& scale)
      : scale(scale), fft(scale.window), window(periodicHann(scale.window)),
        filters(kSampleRateHz, scale.window, scale.bands) {}

  MssSpectrum::Scale scale;
  BatchFft fft;
  std::vector<float> window;
  MelFilterbank filters;
};

const std::array<ScalePlan, 3>& scalePlans() {
  static const std::array<ScalePlan, 3> plans{ScalePlan(MssSpectrum::kScales[0]), ScalePlan(MssSpectrum::kScales[1]),
                                              ScalePlan(MssSpectrum::kScales[2])};
  return plans;
}

/// Memory for one batch of the largest scale, kept by each thread: allocating it costs as much as using it.
struct Workspace {
  std::vector<ComplexLanes> data = std::vector<ComplexLanes>(kMaxWindow);
  std::vector<ComplexLanes> scratch = std::vector<ComplexLanes>(kMaxWindow);
  std::vector<float> left, right;  ///< the sound with zeros before and after
};

/// Sets the lanes beyond the last frame, all of them in the last batch.
void fillSpareLanes(std::vector<float>& values, std::size_t frames, std::size_t batchSize, float value) {
  const std::size_t used = (frames - 1) % kLanes + 1;
  for (std::size_t row = values.size() - batchSize; row < values.size(); row += kLanes) {
    std::fill(values.begin() + std::ptrdiff_t(row + used), values.begin() + std::ptrdiff_t(row + kLanes), value);
  }
}

/// Mel powers of a sound whose first sample is at `left[origin]`, laid out as `MssSpectrum::Table`.
std::vector<float> melPowers(const ScalePlan& plan, Workspace& work, std::size_t origin, std::size_t frames) {
  const LaneKernels& kernels = laneKernels();
  const auto [window, hop, bands] = plan.scale;
  const std::size_t batches = (frames + kLanes - 1) / kLanes;
  const std::size_t first = origin - window / 2;
  std::vector<float> values(batches * kChannels * bands * kLanes);
  for (std::size_t batch = 0; batch < batches; ++batch) {
    const std::size_t start = first + batch * kLanes * hop;
    kernels.gatherFrames(work.left.data() + start, work.right.data() + start, hop, plan.window.data(), window,
                         work.data.data());
    const ComplexLanes* spectrum = plan.fft.transform(work.data.data(), work.scratch.data());
    ComplexLanes* power = spectrum == work.data.data() ? work.scratch.data() : work.data.data();
    kernels.channelPowers(spectrum, window, power);
    float* out = values.data() + batch * kChannels * bands * kLanes;
    for (std::size_t band = 0; band < bands; ++band) {
      const MelFilterbank::Band& filter = plan.filters.bands()[band];
      kernels.melBand(power + filter.firstBin, filter.weights.data(), filter.weights.size(), out + band * kLanes,
                      out + (bands + band) * kLanes);
    }
  }
  fillSpareLanes(values, frames, kChannels * bands * kLanes, 0);
  return values;
}

/// In place, relative to the largest of the sound.
void powersToDb(std::vector<float>& values) {
  const LaneKernels& kernels = laneKernels();
  const double reference = std::max(kAmin, kernels.largest(values.data(), values.size()));
  kernels.powersToDb(values.data(), values.size(), kAmin, static_cast<float>(10 * std::log10(reference)), kFloorDb);
}

void padInto(std::vector<float>& padded, std::span<const float> samples) {
  // Behind the sound there is room for a last batch of which only one lane is a frame.
  padded.assign(samples.size() + kMaxWindow + kLanes * kMaxHop + kMaxWindow, 0.0f);
  std::copy(samples.begin(), samples.end(), padded.begin() + kMaxWindow / 2);
}

}  // namespace

float MssSpectrum::at(std::size_t scale, int channel, std::size_t band, std::size_t frame) const {
  const std::size_t bands = kScales[scale].bands;
  const std::size_t row = (frame / kLanes * kChannels + std::size_t(channel)) * bands + band;
  return tables_[scale].decibels[row * kLanes + frame % kLanes];
}

MssSpectrum mssSpectrum(const AudioBuffer& sound) {
  if (sound.frames() == 0 || sound.channels() < 1 || sound.channels() > kChannels ||
      sound.sampleRateHz() != kSampleRateHz) {
    throw Error(ExitCode::internal, fmt::format("MSS of a sound of {} frames, {} channels, {} Hz: it takes one frame "
                                                "or more, 1 or 2 channels, 44100 Hz",
                                                sound.frames(), sound.channels(), sound.sampleRateHz()));
  }
  thread_local Workspace work;
  padInto(work.left, sound.channel(0));
  padInto(work.right, sound.channel(sound.channels() - 1));

  MssSpectrum result;
  result.samples_ = sound.frames();
  for (std::size_t i = 0; i < result.tables_.size(); ++i) {
    const ScalePlan& plan = scalePlans()[i];
    MssSpectrum::Table& table = result.tables_[i];
    table.frames = centredFrames(sound.frames(), plan.scale.window, plan.scale.hop);
    table.decibels = melPowers(plan, work, kMaxWindow / 2, table.frames);
    powersToDb(table.decibels);
    fillSpareLanes(table.decibels, table.frames, kChannels * plan.scale.bands * kLanes, 0);
  }
  return result;
}

double mss(const MssSpectrum& a, const MssSpectrum& b) {
  if (a.samples_ != b.samples_) {
    throw Error(ExitCode::internal,
                fmt::format("MSS of sounds of {} and {} samples: they must be equally long", a.samples_, b.samples_));
  }
  double total = 0;
  for (std::size_t i = 0; i < a.tables_.size(); ++i) {
    const auto& left = a.tables_[i].decibels;
    const double sum = laneKernels().absoluteDifference(left.data(), b.tables_[i].decibels.data(), left.size());
    total += sum / double(a.tables_[i].frames * kChannels * MssSpectrum::kScales[i].bands);
  }
  return total / double(a.tables_.size());
}

}  // namespace patchpilot
