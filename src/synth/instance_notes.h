#pragma once

#include "synth/catalogue.h"

#include <optional>

namespace patchpilot {

/// What was found out of a plug-in by `dependsOnHistory`, kept in `cacheFolder()` until its version or its
/// files change. Nothing if it is not known.
std::optional<bool> knownToDependOnHistory(const PluginInfo& plugin);

/// Keeps it. A cache that cannot be written costs time and is no error.
void rememberHistory(const PluginInfo& plugin, bool depends);

}  // namespace patchpilot
