#pragma once

#include "synth/synth.h"

#include <vector>

namespace patchpilot {

/// How many presets `tryPresets` plays.
inline constexpr std::size_t kTriedPresets = 8;

/// Plays the first of some presets that are going to be rendered, and finds out whether one sounds different
/// after others (`anyDependsOnHistory`): a preset may leave to the next what that does not say and no
/// point of the space reaches. What is found is remembered for `Synth::renewsInstances`, so call this before
/// that; the same presets are tried once for each version of the plug-in. A state that its dialect has
/// completed leaves nothing, and is not tried; nor is an LV2. A preset that the plug-in refuses or crashes at
/// ends the trial.
/// @return whether one sounds different
bool tryPresets(const Synth& synth, const std::vector<Patch>& presets);

}  // namespace patchpilot
