#pragma once

#include "synth/parameter_space.h"

namespace patchpilot {

/// Coarse tunings of a synth: a `[[tuning]]` table of a space. Moved together by the same number of
/// semitones, they transpose a sound as another note does.
struct Tuning {
  std::vector<std::size_t> parameters;  ///< indices into the space's
  double semitones = 0;                 ///< between the values 0 and 1 of each of them
  bool part = false;  ///< whether they transpose only a part of the sound, such as one oscillator
};

/// The tunings of a space, in the order of its file. They say nothing of what a patch means, so that they are
/// no part of its fingerprint.
/// @throws Error (input) that names the file and the table
std::vector<Tuning> tuningsOf(const ParameterSpace& space);

/// The value of a parameter of a tuning that is so many semitones above `value`.
/// @return nothing if its range ends before, or none of its steps or choices is there
std::optional<float> tunedValue(const ParameterSpec& parameter, const Tuning& tuning, float value,
                                int semitones);

}  // namespace patchpilot
