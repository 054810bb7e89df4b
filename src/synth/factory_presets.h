#pragma once

#include "synth/synth.h"

#include <filesystem>
#include <vector>

namespace patchpilot {

/// The folders and bundles in which a synth's own presets lie, those of its factory and those that come with
/// it from others; not the user's.
/// - Surge XT (a space whose `fxp` is Surge's): `patches_factory` and `patches_3rdparty` of its data folder,
///   which is looked for as Surge XT itself does (its SurgeStorage.cpp): SURGE_DATA_HOME, else a folder
///   `SurgeXTData` beside the plug-in or above it, else `Surge XT` or `surge-xt` among the user's data, else
///   those of the system;
/// - other VST3: `VENDOR/PLUGIN` in the system's folders of VST3 presets (Steinberg, "Preset locations");
/// - LV2: every bundle in the LV2 folders that has a preset of the plug-in, its own bundle among them.
/// @throws Error (input) where there are none, naming where they were looked for.
std::vector<std::filesystem::path> factoryPresetPaths(const Synth& synth);

}  // namespace patchpilot
