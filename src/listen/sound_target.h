#pragma once

#include "listen/target.h"

namespace patchpilot {

/// A target of a sound in memory, as `readTarget` makes one of a file. Start and duration are those of the
/// options.
/// @param sound  two channels at 44.1 kHz, finite samples, at least one frame
/// @throws Error (input) if it is silent; Error (usage) if it ends before the start
Target makeTarget(const AudioBuffer& sound, const TargetOptions& options);

}  // namespace patchpilot
