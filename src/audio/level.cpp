#include "audio/level.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

double amplitudeToDb(double amplitude) {
  return amplitude > 0 ? std::max(kSilenceDb, 20 * std::log10(amplitude)) : kSilenceDb;
}

double dbToAmplitude(double decibels) { return std::pow(10.0, decibels / 20); }

double peak(const AudioBuffer& buffer) {
  float largest = 0;
  for (const float sample : buffer.samples()) largest = std::max(largest, std::abs(sample));
  return largest;
}

double rmsDb(const AudioBuffer& buffer) {
  if (buffer.samples().empty()) return kSilenceDb;
  double sum = 0;
  for (const float sample : buffer.samples()) sum += double(sample) * sample;
  return amplitudeToDb(std::sqrt(sum / double(buffer.samples().size())));
}

void applyGainDb(AudioBuffer& buffer, double gainDb) {
  const auto factor = static_cast<float>(dbToAmplitude(gainDb));
  for (float& sample : buffer.samples()) sample *= factor;
}

bool containsNonFinite(const AudioBuffer& buffer) {
  return std::any_of(buffer.samples().begin(), buffer.samples().end(),
                     [](float sample) { return !std::isfinite(sample); });
}

}  // namespace patchpilot
