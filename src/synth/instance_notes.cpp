#include "synth/instance_notes.h"

#include "base/files.h"
#include "base/places.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// Raised if `dependsOnHistory` comes to judge otherwise.
constexpr int kCheckVersion = 1;

fs::path cacheFile() { return cacheFolder() / "instances.json"; }

json readCache() {
  try {
    json cache = json::parse(readTextFile(cacheFile()));
    if (cache.is_object() && cache.value("check", 0) == kCheckVersion && cache.contains("plugins") &&
        cache["plugins"].is_object())
      return cache;
  } catch (const std::exception&) {
    // No cache, or a broken one: it is made anew.
  }
  return {{"check", kCheckVersion}, {"plugins", json::object()}};
}

std::string keyOf(const PluginInfo& plugin) { return plugin.format + " " + plugin.id + " " + plugin.path; }

std::string stateOf(const PluginInfo& plugin) { return plugin.version + " " + plugin.stamp; }

}  // namespace

std::optional<bool> knownToDependOnHistory(const PluginInfo& plugin) {
  try {
    const json known = readCache().at("plugins").at(keyOf(plugin));
    if (known.at("plugin") == stateOf(plugin)) return known.at("depends").get<bool>();
  } catch (const json::exception&) {
    // It is not there, or is not what this program writes.
  }
  return std::nullopt;
}

void rememberHistory(const PluginInfo& plugin, bool depends) {
  try {
    json cache = readCache();
    cache["plugins"][keyOf(plugin)] = {{"plugin", stateOf(plugin)}, {"depends", depends}};
    fs::create_directories(cacheFolder());
    writeFileAtomically(cacheFile(), cache.dump(1, ' ', false, json::error_handler_t::replace));
  } catch (const std::exception&) {
    // Nothing depends on the cache but the time of the next first render.
  }
}

}  // namespace patchpilot
