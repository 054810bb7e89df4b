#include "search/cut_rule.h"

#include <algorithm>

namespace patchpilot {

namespace {

constexpr std::size_t kPartFrames = std::size_t(CutRule::kPartSeconds * kSampleRateHz);
constexpr double kTolerance = 1.05, kSlack = 0.1;
constexpr double kLeastCost = 1e-9;  ///< avoids a division by zero

MssSpectrum partSpectrum(const AudioBuffer& sound) {
  AudioBuffer part(sound.channels(), std::min(kPartFrames, sound.frames()));
  for (int channel = 0; channel < sound.channels(); ++channel)
    std::copy_n(sound.channel(channel).begin(), part.frames(), part.channel(channel).begin());
  return mssSpectrum(part);
}

}  // namespace

bool CutRule::appliesTo(const Target& target) { return target.sound.frames() > 2 * kPartFrames; }

CutRule::CutRule(const Target& target) : targetPart_(partSpectrum(target.sound)) {}

double CutRule::partCost(const AudioBuffer& sound) const { return mss(targetPart_, partSpectrum(sound)); }

double CutRule::limit(double partCost, double cost, double costToBeat) {
  return kTolerance * partCost * costToBeat / std::max(cost, kLeastCost) + kSlack;
}

bool CutRule::mayContinue(std::span<const float> left, std::span<const float> right, double limit) const {
  const auto spectrum = finiteMssSpectrum(left, right);
  return !spectrum || mss(targetPart_, *spectrum) <= limit;
}

}  // namespace patchpilot
