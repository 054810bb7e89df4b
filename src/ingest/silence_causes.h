#pragma once

#include "synth/parameter_space.h"

#include <string>
#include <vector>

namespace patchpilot {

/// Finds what the silent patches of a space have in common, so that a user knows which parameter to hold: one
/// that says which MIDI channel is heard, say, silences 15 in 16 patches.
class SilenceCauses {
 public:
  explicit SilenceCauses(const ParameterSpace& space);

  /// @param values  of all parameters of the space; others, as of a preset, are not counted
  void add(const std::vector<float>& values, bool silent);

  /// What is to be told, in one or more lines, if most patches are silent; else empty.
  std::string text() const;

 private:
  const ParameterSpace& space_;
  std::vector<std::vector<float>> silent_, heard_;
};

}  // namespace patchpilot
