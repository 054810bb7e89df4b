#pragma once

#include "synth/catalogue.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

/// A plug-in as an object with a member for each field of `PluginInfo`, of its name.
nlohmann::json toJson(const PluginInfo& plugin);

}  // namespace patchpilot
