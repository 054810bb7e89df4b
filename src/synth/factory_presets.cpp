#include "synth/factory_presets.h"

#include "base/error.h"
#include "base/places.h"
#include "preset/lv2_preset.h"
#include "synth/lv2_folder.h"

#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

PresetFolders ofVst3(const PluginInfo& plugin) {
  PresetFolders folders;
  std::error_code error;
  for (const auto& folder : vst3FactoryPresetFolders()) {
    folders.searched.push_back(folder / plugin.vendor / plugin.name);
    if (fs::is_directory(folders.searched.back(), error)) folders.found.push_back(folders.searched.back());
  }
  return folders;
}

bool holdsPresetOf(const fs::path& bundle, const std::string& plugin) {
  try {
    return lv2PresetOwners(bundle).contains(plugin);
  } catch (const Error&) {
    return false;  // another plug-in's broken bundle does not matter here
  }
}

PresetFolders ofLv2(const PluginInfo& plugin) {
  PresetFolders folders{lv2Folders(), {}};
  std::set<fs::path> seen;
  for (const auto& place : folders.searched)
    for (const auto& folder : lv2FoldersUnder(place))
      for (const auto& bundle : lv2BundlesIn(folder))
        if (seen.insert(fs::weakly_canonical(bundle)).second && holdsPresetOf(bundle, plugin.id))
          folders.found.push_back(bundle);
  return folders;
}

PresetFolders foldersOf(const Synth& synth) {
  const PluginInfo& plugin = synth.plugin();
  if (plugin.format == "LV2") return ofLv2(plugin);
  if (auto folders = synth.space().dialect().factoryFolders(plugin.path)) return *std::move(folders);
  return ofVst3(plugin);
}

}  // namespace

std::vector<fs::path> factoryPresetPaths(const Synth& synth) {
  PresetFolders folders = foldersOf(synth);
  if (folders.found.empty())
    failInput("no factory presets of {} are found (looked in {}); name their folder instead of --factory",
              synth.plugin().name, listOf(folders.searched));
  return std::move(folders.found);
}

}  // namespace patchpilot
