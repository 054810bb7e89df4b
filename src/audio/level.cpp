#include "audio/level.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

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

bool containsNonFinite(std::span<const float> samples) {
  // Without a way out of the loop it becomes vector code.
  constexpr std::uint32_t kExponent = 0x7f800000;
  bool found = false;
  for (const float sample : samples) found |= (std::bit_cast<std::uint32_t>(sample) & kExponent) == kExponent;
  return found;
}

bool containsNonFinite(const AudioBuffer& buffer) { return containsNonFinite(buffer.samples()); }

float sumOfSquares(std::span<const float> samples) {
  // One running sum would wait for each addition; sixteen do not, and become vector code.
  constexpr std::size_t kSums = 16;
  float sums[kSums] = {};
  const std::size_t whole = samples.size() / kSums * kSums;
  for (std::size_t i = 0; i < whole; i += kSums)
    for (std::size_t j = 0; j < kSums; ++j) sums[j] += samples[i + j] * samples[i + j];
  float total = 0;
  for (const float sum : sums) total += sum;
  for (std::size_t i = whole; i < samples.size(); ++i) total += samples[i] * samples[i];
  return total;
}

}  // namespace patchpilot
