#pragma once

#include "synth/parameter_space.h"
#include "synth/patch.h"

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// What a synth's browser shows of a preset. UTF-8; what is empty is left out.
struct PresetLabel {
  std::string name;
  std::string category;
  std::string author;
  std::string comment;
};

/// The extensions of the preset files that a space's synth loads: `.lv2`, or `.vstpreset` and, where the
/// space names the synth's VST2 id, `.fxp`.
std::vector<std::string> presetExtensions(const ParameterSpace& space);

/// A state with its label inside, for synths that keep one there (Surge XT); any other as it is.
/// @param state  as in `Patch::state`
Bytes labelledState(const ParameterSpace& space, const Bytes& state, const PresetLabel& label);

/// Writes a preset, in the format that the extension says; it appears whole or not at all. The label goes
/// where the format has a place for it, and the state stays byte for byte as it is: see `labelledState`. The
/// header of a `.fxp` is written anew, with true sizes, whatever those were in a file that the state came
/// from: Surge XT writes 0 for the file's, which it does not read, and other hosts of the VST2 may.
/// @param vendor   of the plug-in, for `.vstpreset`; may be empty
/// @param state    as in `Patch::state`
/// @param replace  whether a file or bundle that exists may be replaced
/// @throws Error (usage) where `file` exists and may not be replaced, or its extension is none of
///         `presetExtensions`; (system) where it cannot be written.
void writePresetFile(const std::filesystem::path& file, const ParameterSpace& space,
                     const std::string& vendor, const PresetLabel& label, const Bytes& state, bool replace);

/// Copies a preset, a file or an LV2 bundle, to a new place under `folder`, which is made. Where there is one
/// of its name already, or a number is in the way, it gets the next number: "bass (2).fxp".
/// @param name  of the new file without its extension; characters that file systems refuse become `_`
/// @return where it is now
/// @throws Error (system) where it cannot be written.
std::filesystem::path installPreset(const std::filesystem::path& preset, const std::filesystem::path& folder,
                                    const std::string& name);

/// The folder in which the synth's own browser, or its hosts, look for the user's presets, for a preset with
/// this extension; nothing where they look for none of that kind.
std::filesystem::path userPresetFolder(const ParameterSpace& space, const std::string& vendor,
                                       const std::string& extension);

}  // namespace patchpilot
