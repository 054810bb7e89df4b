#include "synth/factory_presets.h"

#include "base/error.h"
#include "base/places.h"
#include "preset/preset_file.h"
#include "preset/surge_patch.h"

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

void addIfThere(std::vector<fs::path>& found, const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) found.push_back(folder);
}

/// The first data folder that is there is the one that Surge takes, whatever is in it.
std::vector<fs::path> ofSurge(const std::vector<fs::path>& places) {
  std::vector<fs::path> found;
  std::error_code error;
  const auto data = std::find_if(places.begin(), places.end(),
                                 [&](const fs::path& place) { return fs::is_directory(place, error); });
  if (data == places.end()) return found;
  addIfThere(found, *data / "patches_factory");
  addIfThere(found, *data / "patches_3rdparty");
  return found;
}

std::vector<fs::path> ofVst3(const std::vector<fs::path>& places) {
  std::vector<fs::path> found;
  for (const auto& place : places) addIfThere(found, place);
  return found;
}

bool holdsPresetOf(const fs::path& bundle, const std::string& plugin) {
  try {
    const auto presets = readPresets(bundle);
    return std::any_of(presets.begin(), presets.end(),
                       [&](const PresetFile& preset) { return preset.synthId == plugin; });
  } catch (const Error&) {
    return false;  // a broken bundle of another's is no concern of ours
  }
}

std::vector<fs::path> ofLv2(const std::vector<fs::path>& places, const std::string& plugin) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& place : places)
    if (fs::is_directory(place, error))
      for (const auto& bundle : presetPathsUnder(place))
        if (bundle.extension() == ".lv2" && holdsPresetOf(bundle, plugin)) found.push_back(bundle);
  return found;
}

std::string listOf(const std::vector<fs::path>& places) {
  std::string list;
  for (const auto& place : places) list += (list.empty() ? "" : ", ") + place.string();
  return list;
}

}  // namespace

std::vector<fs::path> factoryPresetPaths(const Synth& synth) {
  const PluginInfo& plugin = synth.plugin();
  std::vector<fs::path> places, found;
  if (plugin.format == "LV2") {
    places = lv2Folders();
    found = ofLv2(places, plugin.id);
  } else if (synth.space().fxpId == surgeFxId) {
    places = surgeDataFolders(plugin.path);
    found = ofSurge(places);
  } else {
    for (const auto& folder : vst3FactoryPresetFolders())
      places.push_back(folder / plugin.vendor / plugin.name);
    found = ofVst3(places);
  }
  if (found.empty())
    failInput("no factory presets of {} are found (looked in {}); name their folder instead of --factory",
              plugin.name, listOf(places));
  return found;
}

}  // namespace patchpilot
