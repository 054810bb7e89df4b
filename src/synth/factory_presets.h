#pragma once

#include "synth/synth.h"

#include <filesystem>
#include <vector>

namespace patchpilot {

/// The folders and bundles with a synth's own presets: the factory's, and those of others that come with the
/// synth; not the user's.
/// - LV2: every bundle in the LV2 folders that has a preset of the plug-in, including its own bundle,
/// whatever its
///   name, links to bundles included;
/// - VST3 whose dialect knows the synth's own folders: those (`Dialect::factoryFolders`);
/// - other VST3: `VENDOR/PLUGIN` in the system's folders of VST3 presets (Steinberg, "Preset locations").
/// @throws Error (input) that names the places searched, if there are none.
std::vector<std::filesystem::path> factoryPresetPaths(const Synth& synth);

}  // namespace patchpilot
