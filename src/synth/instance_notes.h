#pragma once

#include "synth/catalogue.h"

#include <optional>
#include <string>

namespace patchpilot {

/// What was found out of a plug-in by `dependsOnHistory`, kept in `cacheFolder()` until its version or its
/// files change. Nothing if it is not known.
/// @param presets  a hash of the presets with which it was found out; empty: of what the synth tries by
/// itself. A plug-in that depends on its history does so whatever presets are asked for
std::optional<bool> knownToDependOnHistory(const PluginInfo& plugin, const std::string& presets = "");

/// Keeps it. A cache that cannot be written costs time and is no error.
void rememberHistory(const PluginInfo& plugin, bool depends, const std::string& presets = "");

}  // namespace patchpilot
