#include "search/error_cases.h"

#include "features/padded_sound.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

constexpr std::size_t kCaseScale = 1, kGroups = 4, kRanges = kErrorCases / kGroups;
constexpr double kAttackSeconds = 0.12, kLongestSecondRange = 0.6;

/// Every other frame is enough, and takes half the time.
constexpr std::size_t kFrameStep = 2;

}  // namespace

ErrorCases errorCases(const MssSpectrum& target, const MssSpectrum& render, double noteSeconds) {
  requireSameLength("comparing", target.samples(), render.samples());
  const auto [window, hop, bands] = MssSpectrum::kScales[kCaseScale];
  const double second = kSampleRateHz / double(hop);  // in frames
  const double release = std::max(noteSeconds, 2 * kAttackSeconds);
  const std::array<double, kRanges - 1> ends{
      kAttackSeconds * second, std::min(kLongestSecondRange, (release + kAttackSeconds) / 2) * second,
      release * second};
  const int channels = target.mono() && render.mono() ? 1 : 2;
  ErrorCases sums{};
  std::array<float, kErrorCases> counts{};
  for (std::size_t frame = 0; frame < target.frames(kCaseScale); frame += kFrameStep) {
    const auto range = std::size_t(std::upper_bound(ends.begin(), ends.end(), double(frame)) - ends.begin());
    for (int channel = 0; channel < channels; ++channel)
      for (std::size_t band = 0; band < bands; ++band) {
        const std::size_t index = range * kGroups + band * kGroups / bands;
        sums[index] += std::abs(target.at(kCaseScale, channel, band, frame) -
                                render.at(kCaseScale, channel, band, frame));
        ++counts[index];
      }
  }
  for (std::size_t i = 0; i < kErrorCases; ++i) sums[i] /= std::max(1.0f, counts[i]);
  return sums;
}

}  // namespace patchpilot
