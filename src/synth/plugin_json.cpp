#include "synth/plugin_json.h"

namespace patchpilot {

using nlohmann::json;

json toJson(const PluginInfo& plugin) {
  return {{"name", plugin.name},
          {"vendor", plugin.vendor},
          {"version", plugin.version},
          {"format", plugin.format},
          {"id", plugin.id},
          {"path", plugin.path},
          {"parameters", plugin.parameters}};
}

PluginInfo pluginFromJson(const json& object) {
  return {object.at("name"), object.at("vendor"), object.at("version"),   object.at("format"),
          object.at("id"),   object.at("path"),   object.at("parameters")};
}

}  // namespace patchpilot
