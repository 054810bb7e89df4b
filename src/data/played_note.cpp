#include "data/played_note.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// The middle and the ends of the scale of lengths, which is logarithmic.
constexpr double kMiddleSeconds = 0.6, kFactor = 6;

}  // namespace

void PlayedNote::encode(const Note& note, std::span<float> values) {
  std::fill(values.begin(), values.end(), 0.0f);
  values[std::size_t(std::clamp(note.midi, kLowest, kHighest) - kLowest)] = 1;
  const double length = std::max(note.lengthSeconds, 1e-3);
  values[kNotes] = float(std::clamp(std::log(length / kMiddleSeconds) / std::log(kFactor), -1.0, 1.0));
}

double PlayedNote::lengthSeconds(float value) {
  return kMiddleSeconds * std::pow(kFactor, double(std::clamp(value, -1.0f, 1.0f)));
}

}  // namespace patchpilot
