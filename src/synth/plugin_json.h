#pragma once

#include "synth/catalogue.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

/// A plug-in as an object with a member for each field of `PluginInfo`, of its name.
nlohmann::json toJson(const PluginInfo& plugin);

/// What `toJson` has made; other members are passed over. @throws nlohmann::json::exception where one is
/// missing or of another type
PluginInfo pluginFromJson(const nlohmann::json& object);

}  // namespace patchpilot
