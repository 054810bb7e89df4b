#pragma once

#include "synth/catalogue.h"

namespace patchpilot {

/// The instrument that a user means by its name, or a part of it, its LV2 URI, its VST3 class id, or its
/// file.
/// @throws Error (plugin) if none is installed, with the reason if it is known; Error (usage) that lists them
/// if it may be any of several
PluginInfo choosePlugin(const std::string& wanted, ScanOptions scan = {});

}  // namespace patchpilot
