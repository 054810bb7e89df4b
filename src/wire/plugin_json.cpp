#include "wire/plugin_json.h"

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

}  // namespace patchpilot
