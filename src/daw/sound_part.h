#pragma once

#include "audio/buffer.h"

namespace patchpilot {

/// A part of a sound, in seconds.
struct Part {
  double start = 0, seconds = 0;
  double end() const { return start + seconds; }
  bool operator==(const Part&) const = default;
};

/// The longest part that can be matched, and the shortest.
inline constexpr double kLongestPartSeconds = 30, kShortestPartSeconds = 0.05;

/// The nearest part that lies in a sound of `seconds` and can be matched.
Part partThatCanBeMatched(Part part, double seconds);

/// A part with half a second on either side, as far as the sound goes: what is sent to the server, and kept.
Part withMargin(Part part, double seconds);

/// The shortest part that holds both.
Part joined(Part a, Part b);

/// @return what lies in the part; of what goes beyond the sound, nothing
AudioBuffer cut(const AudioBuffer& sound, Part part);

}  // namespace patchpilot
