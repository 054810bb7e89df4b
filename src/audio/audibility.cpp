#include "audio/audibility.h"

#include "audio/level.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace patchpilot {

namespace {

constexpr double kLowestHz = 20;
constexpr std::size_t kBlockSamples = 4096;

/// Sum of the squares of the differences of neighbouring samples.
double sumOfSquaredSteps(std::span<const float> samples) {
  double total = 0;
  float steps[kBlockSamples];
  for (std::size_t begin = 1; begin < samples.size(); begin += kBlockSamples) {
    const std::size_t count = std::min(kBlockSamples, samples.size() - begin);
    for (std::size_t i = 0; i < count; ++i) steps[i] = samples[begin + i] - samples[begin + i - 1];
    total += sumOfSquares({steps, count});
  }
  return total;
}

double energy(std::span<const float> samples) {
  double total = 0;
  for (std::size_t begin = 0; begin < samples.size(); begin += kBlockSamples)
    total += sumOfSquares(samples.subspan(begin, std::min(kBlockSamples, samples.size() - begin)));
  return total;
}

/// The energy behind two high-pass filters of first order in a row, which begin at rest at the first sample.
double energyAboveLowest(std::span<const float> samples) {
  const double decay = 1 / (1 + 2 * std::numbers::pi * kLowestHz / kSampleRateHz);
  double total = 0, before = samples.empty() ? 0 : samples.front(), once = 0, twice = 0;
  for (const float sample : samples) {
    const double last = once;
    once = decay * (once + sample - before);
    twice = decay * (twice + once - last);
    before = sample;
    total += twice * twice;
  }
  return total;
}

}  // namespace

bool isSilent(std::span<const float> left, std::span<const float> right) {
  const double least = std::pow(10, kSilentDb / 10) * double(left.size() + right.size());
  const double all = energy(left) + energy(right);
  if (all < least) return true;
  // A step is at most twice as high as its sound, and that of a sine at most by its angular frequency. So the
  // steps alone tell of most sounds that they are heard; filters take ten times as long.
  const double ofLow = std::pow(2 * std::numbers::pi * kLowestHz / kSampleRateHz, 2) * all;
  if ((sumOfSquaredSteps(left) + sumOfSquaredSteps(right) - ofLow) / 4 > least) return false;
  return energyAboveLowest(left) + energyAboveLowest(right) < least;
}

bool isSilent(const AudioBuffer& sound) {
  return sound.channels() == 1 ? isSilent(sound.channel(0), {})
                               : isSilent(sound.channel(0), sound.channel(1));
}

}  // namespace patchpilot
