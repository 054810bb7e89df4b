#include "features/mss.h"

#include <algorithm>
#include <cmath>

#include "features/batch_fft.h"
#include "features/mel.h"
#include "features/stft.h"

namespace patchpilot {
namespace {

/// Everything about a scale that does not depend on the sound.
struct ScalePlan {
  explicit ScalePlan(const MssSpectrum::Scale& scale)
      : scale(scale),
        fft(scale.window),
        window(periodicHann(scale.window)),
        filters(kSampleRateHz, scale.window, scale.bands) {}

  MssSpectrum::Scale scale;
  BatchFft fft;
  std::vector<float> window;
  MelFilterbank filters;
};

const std::array<ScalePlan, 3>& scalePlans() {
  static const std::array<ScalePlan, 3> plans{ScalePlan(MssSpectrum::kScales[0]),
                                              ScalePlan(MssSpectrum::kScales[1]),
                                              ScalePlan(MssSpectrum::kScales[2])};
  return plans;
}

/// Memory for one batch of the largest scale, kept by each thread: allocating it costs as much as using it.
struct SpectrumWorkspace {
  std::vector<ComplexLanes> data = std::vector<ComplexLanes>(PaddedSound::kMaxWindow);
  std::vector<ComplexLanes> scratch = std::vector<ComplexLanes>(PaddedSound::kMaxWindow);
};

/// Sets the lanes beyond the last frame, all of them in the last batch.
void fillSpareLanes(std::vector<float>& values, std::size_t frames, std::size_t batchSize, float value) {
  const std::size_t used = (frames - 1) % kLanes + 1;
  for (std::size_t row = values.size() - batchSize; row < values.size(); row += kLanes) {
    std::fill(values.begin() + std::ptrdiff_t(row + used), values.begin() + std::ptrdiff_t(row + kLanes),
              value);
  }
}

/// Mel powers of a sound, laid out as `MssSpectrum::Table`. One transform makes the spectra of two real
/// signals: the two channels of a batch of frames, or, where they are equal, two batches of the one.
std::vector<float> melPowers(const ScalePlan& plan, const PaddedSound& sound, std::size_t frames) {
  thread_local SpectrumWorkspace work;
  const LaneKernels& kernels = laneKernels();
  const auto [window, hop, bands] = plan.scale;
  const std::size_t batches = (frames + kLanes - 1) / kLanes;
  const std::size_t channels = sound.mono ? 1 : kChannels;
  std::vector<float> values(batches * channels * bands * kLanes);
  const auto samplesOf = [window = window, hop = hop](const float* channel, std::size_t batch) {
    return channel + PaddedSound::kOrigin - window / 2 + batch * kLanes * hop;
  };
  // Rows of bands: a batch's two channels lie one behind the other, as do two batches of one channel. Frames
  // of zeros have no power, which is what `values` holds by now; a row is paired as it would be without that.
  const std::size_t sounding = (sound.sounding + window / 2 + kLanes * hop - 1) / (kLanes * hop) * channels;
  const std::size_t rows = std::min(batches * channels, sounding + sounding % 2);
  for (std::size_t row = 0; row < rows; row += 2) {
    const std::size_t last = std::min(row + 1, rows - 1);
    const float* one = samplesOf(sound.left(), row / channels);
    const float* other = samplesOf(sound.right(), last / channels);
    kernels.gatherFrames(one, other, hop, plan.window.data(), window, work.data.data());
    const ComplexLanes* spectrum = plan.fft.transform(work.data.data(), work.scratch.data());
    ComplexLanes* power = spectrum == work.data.data() ? work.scratch.data() : work.data.data();
    kernels.channelPowers(spectrum, window, power);
    float* out = values.data() + row * bands * kLanes;
    float* next = values.data() + last * bands * kLanes;
    for (std::size_t band = 0; band < bands; ++band) {
      const MelFilterbank::Band& filter = plan.filters.bands()[band];
      kernels.weightedSums(power + filter.firstBin, filter.weights.data(), filter.weights.size(),
                           out + band * kLanes, next + band * kLanes);
    }
  }
  fillSpareLanes(values, frames, channels * bands * kLanes, 0);
  return values;
}

/// Kept by each thread.
PaddedSound& ownPaddedSound() {
  thread_local PaddedSound padded;
  return padded;
}

/// In place, relative to the largest of the sound.
void powersToDb(std::vector<float>& values) {
  const LaneKernels& kernels = laneKernels();
  const double reference = std::max(kAmin, kernels.largest(values.data(), values.size()));
  kernels.powersToDb(values.data(), values.size(), kAmin, static_cast<float>(10 * std::log10(reference)),
                     MssSpectrum::kFloorDb);
}

}  // namespace

float MssSpectrum::at(std::size_t scale, int channel, std::size_t band, std::size_t frame) const {
  const std::size_t bands = kScales[scale].bands;
  const std::size_t row =
      (frame / kLanes * channels_ + std::min(std::size_t(channel), channels_ - 1)) * bands + band;
  return tables_[scale].decibels[row * kLanes + frame % kLanes];
}

MssSpectrum mssSpectrum(const AudioBuffer& sound) {
  PaddedSound& padded = ownPaddedSound();
  padded.assign(sound);
  return mssSpectrum(padded);
}

MssSpectrum mssSpectrum(std::span<const float> left, std::span<const float> right) {
  PaddedSound& padded = ownPaddedSound();
  padded.assign(left, right);
  return mssSpectrum(padded);
}

std::optional<MssSpectrum> finiteMssSpectrum(std::span<const float> left, std::span<const float> right) {
  PaddedSound& padded = ownPaddedSound();
  padded.assign(left, right);
  return padded.isFinite() ? std::optional(mssSpectrum(padded)) : std::nullopt;
}

MssSpectrum mssSpectrum(const PaddedSound& sound) {
  MssSpectrum result;
  result.samples_ = sound.samples;
  result.channels_ = sound.mono ? 1 : kChannels;
  for (std::size_t i = 0; i < result.tables_.size(); ++i) {
    const ScalePlan& plan = scalePlans()[i];
    MssSpectrum::Table& table = result.tables_[i];
    table.frames = centredFrames(sound.samples, plan.scale.window, plan.scale.hop);
    table.decibels = melPowers(plan, sound, table.frames);
    powersToDb(table.decibels);
    fillSpareLanes(table.decibels, table.frames, result.channels_ * plan.scale.bands * kLanes, 0);
  }
  return result;
}

double mss(const MssSpectrum& a, const MssSpectrum& b) {
  requireSameLength("MSS", a.samples_, b.samples_);
  const LaneKernels& kernels = laneKernels();
  double total = 0;
  for (std::size_t i = 0; i < a.tables_.size(); ++i) {
    const auto &one = a.tables_[i].decibels, &other = b.tables_[i].decibels;
    const std::size_t bands = MssSpectrum::kScales[i].bands, row = bands * kLanes;
    double sum = 0;
    if (a.channels_ == b.channels_) {
      sum = kernels.absoluteDifference(one.data(), other.data(), one.size()) / double(a.channels_);
    } else {
      const auto &mono = a.mono() ? one : other, &stereo = a.mono() ? other : one;
      for (std::size_t at = 0; at < mono.size(); at += row)
        for (std::size_t channel = 0; channel < kChannels; ++channel)
          sum += kernels.absoluteDifference(mono.data() + at, stereo.data() + kChannels * at + channel * row,
                                            row) /
                 double(kChannels);
    }
    total += sum / double(a.tables_[i].frames * bands);
  }
  return total / double(a.tables_.size());
}

}  // namespace patchpilot
