#pragma once

#include "preset/preset_file.h"
#include "synth/catalogue.h"
#include "synth/parameter_space.h"

namespace patchpilot {

/// Whether a preset is for a space's synth.
bool isForSynth(const PresetFile& preset, const ParameterSpace& space);

/// The space with which a preset can be described: of those installed for its synth, the one that knows most
/// parameters. Where there is none but the plug-in itself is installed, a first one is made of what it
/// reports
/// (`firstSpace`).
/// @throws Error (input) where no space and no plug-in is known for it, naming the synth by its id.
ParameterSpace spaceForPreset(const PresetFile& preset, const ScanOptions& scan = {});

/// The space of a `.json` patch: the one that it names, else of those installed the one whose parameters are
/// those of the patch. @throws Error (input) where there is none, or the file is no patch.
ParameterSpace spaceForJson(const std::filesystem::path& file);

}  // namespace patchpilot
