#include "synth/instance_notes.h"

#include "base/files.h"
#include "base/places.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// Raised if `dependsOnHistory` comes to judge otherwise.
constexpr int kCheckVersion = 1;

/// Sets of presets that are remembered for a plug-in.
constexpr std::size_t kMostSets = 200;

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

/// What is kept of the plug-in as it is now: an object, which may be empty.
json notesOf(const json& cache, const PluginInfo& plugin) {
  const json known = cache.at("plugins").value(keyOf(plugin), json());
  const bool current = known.is_object() && known.value("plugin", json()) == stateOf(plugin);
  return current ? known : json::object();
}

}  // namespace

std::optional<bool> knownToDependOnHistory(const PluginInfo& plugin, const std::string& presets) {
  try {
    const json known = notesOf(readCache(), plugin);
    if (presets.empty() || known.value("depends", false)) return known.at("depends").get<bool>();
    const json& all = known.at("presets");
    if (std::find(all.begin(), all.end(), presets) != all.end()) return false;
  } catch (const json::exception&) {
    // It is not there, or is not what this program writes.
  }
  return std::nullopt;
}

void rememberHistory(const PluginInfo& plugin, bool depends, const std::string& presets) {
  try {
    json cache = readCache();
    json known = notesOf(cache, plugin);
    known["plugin"] = stateOf(plugin);
    if (depends || presets.empty()) known["depends"] = depends;
    if (!presets.empty()) {
      json& all = known["presets"];
      if (!all.is_array()) all = json::array();
      all.push_back(presets);
      if (all.size() > kMostSets) all.erase(all.begin());
    }
    cache["plugins"][keyOf(plugin)] = known;
    fs::create_directories(cacheFolder());
    writeFileAtomically(cacheFile(), cache.dump(1, ' ', false, json::error_handler_t::replace));
  } catch (const std::exception&) {
    // Nothing depends on the cache but the time of the next first render.
  }
}

}  // namespace patchpilot
