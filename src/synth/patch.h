#pragma once

#include "base/files.h"

#include <string>
#include <vector>

namespace patchpilot {

/// What is played: one MIDI note.
struct Note {
  int midi = 60;             ///< MIDI note number, 0 to 127
  int velocity = 100;        ///< 1 to 127
  double lengthSeconds = 2;  ///< from its start until it is let go
};

/// A point of a parameter space, the whole state of a preset, or such a state with some parameters changed.
struct Patch {
  std::vector<float> values;  ///< normalized, one per parameter of the space; empty for a preset's state as
                              ///< it is; beside a state, NaN for each parameter that is as in the state
  Bytes state;                ///< VST3: a .vstpreset; LV2: Turtle; empty where `values` say it all
  std::string source;  ///< where a preset came from, or how it was made of presets; empty for a drawn patch
};

}  // namespace patchpilot
