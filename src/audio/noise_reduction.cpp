#include "audio/noise_reduction.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

#include "audio/envelope.h"
#include "audio/fft.h"
#include "audio/inverse_fft.h"
#include "audio/level.h"

namespace patchpilot {
namespace {

constexpr std::size_t kNoiseBlock = 2205;  // 50 ms
constexpr std::size_t kFrame = 2048, kHop = kFrame / 4, kBins = kFrame / 2 + 1;

/// Samples [first, last) in which nothing but noise is heard.
struct Quiet {
  std::size_t first = 0, last = 0;
  double levelDb = kSilenceDb;
  std::size_t frames() const { return last - first; }
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

/// The run of blocks of one level with which `levels` begins, `least` or more of them; else 0.
std::size_t steadyBlocks(const std::vector<double>& levels, std::size_t least, double& level) {
  constexpr double kSteadyDb = 1.5, kTrendDb = 0.5;
  if (levels.size() < least) return 0;
  level = median({levels.begin(), levels.begin() + std::ptrdiff_t(least)});
  const auto end =
      std::find_if(levels.begin(), levels.end(), [&](double l) { return std::abs(l - level) > kSteadyDb; });
  const auto count = std::size_t(end - levels.begin());
  if (count < least) return 0;
  // What dies away slowly is no steady noise.
  const std::span run(levels.data(), count);
  return std::abs(mean(run.first(count / 2)) - mean(run.last(count / 2))) < kTrendDb ? count : 0;
}

/// Where noise is alone, before the note and behind it; empty if it is not.
struct QuietParts {
  Quiet before, behind;
  double topDb = 0;
  double leastDb = 0;  ///< of the quietest block
};

QuietParts quietParts(const AudioBuffer& sound) {
  constexpr std::size_t kLeastBefore = 4, kLeastBehind = 6;
  QuietParts parts;
  std::vector<double> levels = levelEnvelope(sound, kNoiseBlock);
  if (sound.frames() % kNoiseBlock != 0) levels.pop_back();
  if (levels.size() < kLeastBefore + kLeastBehind) return parts;
  const auto [least, top] = std::minmax_element(levels.begin(), levels.end());
  parts.topDb = *top;
  parts.leastDb = *least;
  const std::size_t end = levels.size() * kNoiseBlock;
  const std::size_t before = steadyBlocks(levels, kLeastBefore, parts.before.levelDb);
  std::reverse(levels.begin(), levels.end());
  const std::size_t behind = steadyBlocks(levels, kLeastBehind, parts.behind.levelDb);
  // The last block of a run may hold the beginning, or the end, of the note.
  if (before > 1) parts.before.last = (before - 1) * kNoiseBlock;
  if (behind > 1) {
    parts.behind.first = end - (behind - 1) * kNoiseBlock;
    parts.behind.last = end;
  }
  return parts;
}

std::vector<float> rootOfHann() {
  std::vector<float> window(kFrame);
  for (std::size_t i = 0; i < kFrame; ++i)
    window[i] = float(std::sin(std::numbers::pi * (double(i) + 0.5) / double(kFrame)));
  return window;
}

using Powers = std::vector<float>;

/// Transforms frames of one channel.
class Frames {
 public:
  explicit Frames(std::span<const float> samples) : samples_(samples) {}

  /// @param start  may lie before the first sample: silence is there, and behind the last
  const std::vector<std::complex<float>>& spectrum(std::ptrdiff_t start) {
    for (std::size_t i = 0; i < kFrame; ++i) {
      const std::ptrdiff_t at = start + std::ptrdiff_t(i);
      frame_[i] =
          at < 0 || at >= std::ptrdiff_t(samples_.size()) ? 0 : window_[i] * samples_[std::size_t(at)];
    }
    fft_.forward(frame_.data(), spectrum_.data());
    return spectrum_;
  }

  const RealFft& fft() const { return fft_; }
  const std::vector<float>& window() const { return window_; }

 private:
  std::span<const float> samples_;
  RealFft fft_{kFrame};
  std::vector<float> window_ = rootOfHann(), frame_ = window_;
  std::vector<std::complex<float>> spectrum_ = std::vector<std::complex<float>>(kBins);
};

/// The mean power spectrum of quiet parts of a channel.
Powers noisePowers(Frames& frames, const std::vector<Quiet>& parts) {
  Powers sum(kBins);
  double count = 0;
  for (const Quiet& part : parts)
    for (std::size_t start = part.first; start + kFrame <= part.last; start += kHop, ++count) {
      const auto& spectrum = frames.spectrum(std::ptrdiff_t(start));
      for (std::size_t k = 0; k < kBins; ++k) sum[k] += std::norm(spectrum[k]);
    }
  for (float& value : sum) value /= float(std::max(1.0, count));
  return sum;
}

/// Whether a mean spectrum has no tones: within each third of an octave its bins are about equal.
bool isToneless(const Powers& powers) {
  constexpr double kLeastFlatness = 0.6, kLowestHz = 200, kHighestHz = 16000;
  double flat = 0, all = 0;
  for (double hz = kLowestHz; hz < kHighestHz; hz *= std::cbrt(2.0)) {
    const auto first = std::size_t(hz * kFrame / kSampleRateHz),
               last = std::size_t(hz * std::cbrt(2.0) * kFrame / kSampleRateHz) + 1;
    double logarithms = 0, sum = 0;
    for (std::size_t k = first; k < last; ++k) {
      logarithms += std::log(powers[k] + 1e-30);
      sum += powers[k];
    }
    flat += std::exp(logarithms / double(last - first)) * double(last - first);
    all += sum;
  }
  return flat >= kLeastFlatness * all;
}

/// Leaves of a channel what rises above the noise.
class Subtraction {
 public:
  Subtraction(std::span<const float> samples, const std::vector<Quiet>& quiet)
      : frames_(samples), noise_(noisePowers(frames_, quiet)), result_(samples.size()) {}

  std::vector<float> run() {
    for (std::ptrdiff_t start = -std::ptrdiff_t(kFrame - kHop); start < std::ptrdiff_t(result_.size());
         start += kHop)
      add(start);
    return std::move(result_);
  }

  const Powers& noise() const { return noise_; }

 private:
  /// A single bin of noise varies by its own size: so many frames and bins to either side are averaged.
  static constexpr std::size_t kFramesBack = 3, kBinsAside = 1;
  /// Of the noise's power, what an average must exceed, and in how many bins, so that chance seldom does.
  static constexpr float kAbove = 4;
  static constexpr std::size_t kLeastBins = 3;

  void add(std::ptrdiff_t start) {
    auto spectrum = frames_.spectrum(start);
    Powers& powers = recent_[count_++ % kFramesBack];
    powers.resize(kBins);
    for (std::size_t k = 0; k < kBins; ++k) powers[k] = std::norm(spectrum[k]);
    std::size_t heard = 0;
    for (std::size_t k = 0; k < kBins; ++k) {
      const float share = aboveNoise(k);
      if (share > 0) ++heard;
      spectrum[k] *= share;
    }
    if (heard < kLeastBins) return;
    inverseTransform(frames_.fft(), spectrum, frame_);
    for (std::size_t i = 0; i < kFrame; ++i) {
      const std::ptrdiff_t at = start + std::ptrdiff_t(i);
      // Squares of the windows add up to 2.
      if (at >= 0 && at < std::ptrdiff_t(result_.size()))
        result_[std::size_t(at)] += frames_.window()[i] * frame_[i] / 2;
    }
  }

  /// The factor by which a bin becomes what it would be without the noise; 0 if it may be nothing else.
  float aboveNoise(std::size_t bin) const {
    float sum = 0, terms = 0;
    const std::size_t first = bin - std::min(bin, kBinsAside), last = std::min(kBins, bin + kBinsAside + 1);
    for (std::size_t frame = 0; frame < std::min(count_, kFramesBack); ++frame)
      for (std::size_t k = first; k < last; ++k, ++terms) sum += recent_[frame][k];
    float noise = 0;
    for (std::size_t k = first; k < last; ++k) noise += noise_[k];
    noise /= float(last - first);
    const float power = sum / terms;
    if (power <= kAbove * noise) return 0;
    return std::sqrt(1 - noise / power);
  }

  Frames frames_;
  Powers noise_;
  std::array<Powers, kFramesBack> recent_;
  std::size_t count_ = 0;
  std::vector<float> result_, frame_ = std::vector<float>(kFrame);
};

}  // namespace

std::optional<double> reduceNoise(AudioBuffer& sound) {
  constexpr double kLeastBelowDb = 20, kMostBelowDb = 85, kSurelyBelowDb = 25, kSameDb = 4;
  const QuietParts parts = quietParts(sound);
  const auto isNoise = [&](const Quiet& part, double leastBelowDb) {
    // Noise is everywhere: nowhere is it quieter.
    return part.frames() >= kFrame && part.levelDb < parts.topDb - leastBelowDb &&
           part.levelDb > parts.topDb - kMostBelowDb && part.levelDb < parts.leastDb + kSameDb;
  };
  std::vector<Quiet> quiet;
  if (isNoise(parts.before, kLeastBelowDb)) quiet.push_back(parts.before);
  if (isNoise(parts.behind, quiet.empty() ? kSurelyBelowDb : kLeastBelowDb)) quiet.push_back(parts.behind);
  if (quiet.empty()) return std::nullopt;
  const std::size_t onset = findOnset(sound);
  std::vector<std::vector<float>> cleaned;
  for (int c = 0; c < sound.channels(); ++c) {
    Subtraction subtraction(sound.channel(c), quiet);
    if (quiet.front().first > 0 && !isToneless(subtraction.noise())) return std::nullopt;
    cleaned.push_back(subtraction.run());
  }
  // A frame that holds the onset opens before it.
  constexpr std::size_t kLeadIn = 32;
  for (int c = 0; c < sound.channels(); ++c) {
    const auto channel = sound.channel(c);
    std::copy(cleaned[std::size_t(c)].begin(), cleaned[std::size_t(c)].end(), channel.begin());
    std::fill(channel.begin(), channel.begin() + std::ptrdiff_t(onset - std::min(onset, kLeadIn)), 0.0f);
  }
  return parts.topDb - quiet.front().levelDb;
}

}  // namespace patchpilot
