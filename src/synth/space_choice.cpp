#include "synth/space_choice.h"

#include "base/error.h"
#include "synth/space_init.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const char* idName(PresetFormat format) {
  switch (format) {
    case PresetFormat::fxp: return "VST2 id";
    case PresetFormat::vstPreset: return "VST3 class id";
    case PresetFormat::lv2: return "LV2 URI";
  }
  return "";
}

std::set<std::string> keysOf(const json& document) {
  const json& values = document.contains("parameters") ? document.at("parameters") : document;
  std::set<std::string> keys;
  for (const auto& [key, value] : values.items())
    keys.insert(values.is_array() && value.is_object() ? value.value("key", "") : key);
  return keys;
}

}  // namespace

bool isForSynth(const PresetFile& preset, const ParameterSpace& space) {
  switch (preset.format) {
    case PresetFormat::fxp: return !space.fxpId.empty() && preset.synthId == space.fxpId;
    case PresetFormat::vstPreset: return space.synthFormat == "VST3" && preset.synthId == space.synthId;
    case PresetFormat::lv2: return space.synthFormat == "LV2" && preset.synthId == space.synthId;
  }
  return false;
}

ParameterSpace spaceForPreset(const PresetFile& preset, const ScanOptions& scan) {
  auto spaces = installedSpaces();
  std::erase_if(spaces, [&](const auto& space) { return !isForSynth(preset, space); });
  const auto largest = std::max_element(spaces.begin(), spaces.end(), [](const auto& a, const auto& b) {
    return a.parameters.size() < b.parameters.size();
  });
  if (largest != spaces.end()) return *largest;
  if (preset.format != PresetFormat::fxp)
    for (const auto& plugin : scanPlugins(scan).plugins)
      if (plugin.id == preset.synthId && (plugin.format == "LV2") == (preset.format == PresetFormat::lv2))
        return parseSpace(firstSpace(plugin, probeParameters(plugin, scan.limits), "first"), plugin.path);
  failInput(
      "{}: no parameter space and no plug-in is installed for its synth ({} {}); install the plug-in, or "
      "name a "
      "space with --space",
      preset.where(), idName(preset.format), preset.synthId);
}

ParameterSpace spaceForJson(const fs::path& file) {
  try {
    const json document = json::parse(readTextFile(file));
    if (document.is_object() && document.contains("space") && document.at("space").is_string())
      return loadSpace(document.at("space").get<std::string>());
    const auto keys = keysOf(document);
    for (auto& space : installedSpaces()) {
      const bool all = std::all_of(space.parameters.begin(), space.parameters.end(),
                                   [&](const auto& p) { return keys.contains(p.key); });
      if (all && space.parameters.size() == keys.size()) return space;
    }
  } catch (const json::exception& error) {
    failInput("{} is no JSON: {}", file.string(), error.what());
  }
  failInput("{}: its parameters are those of no space that is installed; name a space with --space",
            file.string());
}

}  // namespace patchpilot
