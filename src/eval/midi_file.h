#pragma once

#include "base/files.h"
#include "synth/patch.h"

namespace patchpilot {

/// A Standard MIDI File (format 0, 1 ms a tick) of one note on channel 1, which lasts `seconds` in all.
/// @param program  General MIDI program, 0 to 127
Bytes oneNoteMidi(int program, const Note& note, double seconds);

}  // namespace patchpilot
