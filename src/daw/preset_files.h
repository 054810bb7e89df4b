#pragma once

#include "base/files.h"

#include <filesystem>
#include <string>

namespace patchpilot {

/// Writes a preset that the server sent as a file that can be dragged into another program: in the cache, in
/// a folder of its own, under the name that is given. An LV2 bundle comes packed and becomes a folder of that
/// name. Files of this kind that are older than a week are removed.
/// @param key  tells presets of one name apart: the match, its generation, the rank
/// @return the file or the folder
/// @throws Error (input) for a damaged bundle, or one with paths that lead out of it; (system) if it cannot
/// be written
std::filesystem::path savePresetFile(const std::string& key, const std::string& name, const Bytes& bytes);

}  // namespace patchpilot
