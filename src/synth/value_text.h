#pragma once

#include "synth/parameter_space.h"

namespace patchpilot {

/// The text of a parameter's value: the space's own where it has one, else the plug-in's. What a choice is
/// called, a VST3 that has a word for it tells itself: the labels of a space hold for the values that it
/// searches, and were written for some version of the plug-in. An LV2 has no words of its own.
/// @param pluginText  what the plug-in displays
std::string valueText(const ParameterSpace& space, const ParameterSpec& spec, float value,
                      const std::string& pluginText);

}  // namespace patchpilot
