#include "data/network_input.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace patchpilot {

namespace {

float fromByte(float byte) { return byte / 127.5f - 1; }

const std::array<float, 256>& valuesOfBytes() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = fromByte(float(i));
    return values;
  }();
  return table;
}

/// The middle of the scale of lengths, and the factor from there to 1.
constexpr double kMiddleSeconds = 0.6, kLengthFactor = 6;

constexpr double kStepSeconds = 4.0 / double(NetworkFeatures::kEnvelopeSteps);

/// The mean of `count` steps of an envelope from `first` on; silent beyond its end.
float meanOf(std::span<const std::uint8_t> envelope, std::size_t first, std::size_t count) {
  int sum = 0;
  for (std::size_t i = first; i < std::min(first + count, envelope.size()); ++i) sum += envelope[i];
  return fromByte(float(sum) / float(count));
}

}  // namespace

double NetworkInput::lengthValue(double seconds) {
  return std::log(std::max(seconds, 1e-3) / kMiddleSeconds) / std::log(kLengthFactor);
}

double NetworkInput::lengthSeconds(double value) { return kMiddleSeconds * std::pow(kLengthFactor, value); }

void NetworkInput::picture(const NetworkFeaturesView& features, int note, std::span<float> values) {
  constexpr std::size_t kMel = NetworkFeatures::kMelBands, kAllKeys = NetworkFeatures::kKeys;
  const auto& table = valuesOfBytes();
  const int lowest = note - int(kKeysBelow) - int(NetworkFeatures::kLowestKey);  // among the stored keys
  for (std::size_t frame = 0; frame < kFrames; ++frame) {
    const std::uint8_t* from = features.picture.data() + frame * NetworkFeatures::kFrameValues;
    float* to = values.data() + frame * kBands;
    for (std::size_t band = 0; band < kMel; ++band) to[band] = table[from[band]];
    for (std::size_t key = 0; key < kKeys; ++key) {
      const int stored = lowest + int(key);
      const bool there = stored >= 0 && stored < int(kAllKeys);
      to[kMel + key] = there ? table[from[kMel + std::size_t(stored)]] : -1.0f;
    }
    for (std::size_t band = 0; band < NetworkFeatures::kSideBands; ++band)
      to[kMel + kKeys + band] = table[from[kMel + kAllKeys + band]];
  }
}

void NetworkInput::globals(const NetworkFeaturesView& features, const Note& note, bool levelKnown,
                           std::span<float> values) {
  auto to = values.begin();
  const auto put = [&](float value) { *to++ = value; };
  const int told = std::clamp(note.midi, kLowestNote, kHighestNote);
  put(float(note.midi - 60) / 24);
  for (int midi = kLowestNote; midi <= kHighestNote; ++midi) put(midi == told ? 1.0f : 0.0f);
  put(float(note.velocity - 64) / 63);
  put(std::clamp(float(lengthValue(note.lengthSeconds)), -2.0f, 2.0f));
  put(std::clamp(float(note.lengthSeconds / 2 - 1), -1.0f, 2.0f));
  put(levelKnown ? 1.0f : 0.0f);
  put(levelKnown ? std::max(-2.0f, (features.level[0] + 30) / 20) : 0.0f);
  put(levelKnown ? std::max(-2.0f, (features.level[1] + 20) / 20) : 0.0f);
  std::size_t step = 0;
  const auto putSteps = [&](std::size_t count, std::size_t each) {
    for (std::size_t i = 0; i < count; ++i, step += each) put(meanOf(features.envelope, step, each));
  };
  putSteps(kAttackSteps, 1);
  putSteps(kDecaySteps, 4);
  putSteps(kSustainSteps, 24);
  step = std::size_t(std::max(0.0, note.lengthSeconds) / kStepSeconds);
  putSteps(kReleaseSteps, 2);
  for (const std::uint8_t byte : features.modulation) put(fromByte(float(byte)));
}

}  // namespace patchpilot
