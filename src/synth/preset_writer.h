#pragma once

#include "preset/dialect.h"
#include "synth/parameter_space.h"
#include "synth/patch.h"

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// The extensions of the preset files that a space's synth loads: `.lv2`, or `.vstpreset` and, where the
/// space names the synth's VST2 id, `.fxp`.
std::vector<std::string> presetExtensions(const ParameterSpace& space);

/// A state with its label inside, if the synth's format keeps one there; otherwise the state as it is.
/// @param state  as in `Patch::state`
Bytes labelledState(const ParameterSpace& space, const Bytes& state, const PresetLabel& label);

/// Writes a preset, in the format that the extension says; it appears whole or not at all. The label is
/// written into the file's own fields, if the format has some; empty fields are left out. The state is not
/// changed: see `labelledState`. A `.fxp` gets a new header with true sizes, because some synths write wrong
/// ones, which hosts may read.
/// @param vendor   of the plug-in, for `.vstpreset`; may be empty
/// @param state    as in `Patch::state`
/// @param replace  whether a file or bundle that exists may be replaced
/// @throws Error (usage) where `file` exists and may not be replaced, or its extension is none of
/// `presetExtensions`; (system) where it cannot be written.
void writePresetFile(const std::filesystem::path& file, const ParameterSpace& space,
                     const std::string& vendor, const PresetLabel& label, const Bytes& state, bool replace);

/// Copies a preset, a file or an LV2 bundle, to a new place under `folder`, which is made. Where there is one
/// of its name already, or a number is in the way, it gets the next number: "bass (2).fxp".
/// @param name  of the new file without its extension; characters that file systems refuse become `_`
/// @return where it is now
/// @throws Error (system) where it cannot be written.
std::filesystem::path installPreset(const std::filesystem::path& preset, const std::filesystem::path& folder,
                                    const std::string& name);

/// The folder in which the synth's own browser, or its hosts, look for the user's presets with this
/// extension. Empty if they look for none.
std::filesystem::path userPresetFolder(const ParameterSpace& space, const std::string& vendor,
                                       const std::string& extension);

}  // namespace patchpilot
