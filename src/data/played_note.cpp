#include "data/played_note.h"

#include <algorithm>

namespace patchpilot {

void PlayedNote::encode(const Note& note, std::span<float> values) {
  std::fill(values.begin(), values.end(), 0.0f);
  values[std::size_t(std::clamp(note.midi, kLowest, kHighest) - kLowest)] = 1;
  values[kNotes] = float(std::clamp(NetworkInput::lengthValue(note.lengthSeconds), -1.0, 1.0));
}

double PlayedNote::lengthSeconds(float value) {
  return NetworkInput::lengthSeconds(double(std::clamp(value, -1.0f, 1.0f)));
}

}  // namespace patchpilot
