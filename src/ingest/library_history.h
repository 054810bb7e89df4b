#pragma once

#include "library/library.h"
#include "synth/synth.h"

namespace patchpilot {

/// `tryPresets` with the first presets that a library keeps.
bool tryPresetsOf(Library& library, const Synth& synth);

}  // namespace patchpilot
