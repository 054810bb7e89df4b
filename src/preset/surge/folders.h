#pragma once

#include <filesystem>
#include <vector>

namespace patchpilot {

/// The places where Surge XT looks for its data, in its order (SurgeStorage.cpp): SURGE_DATA_HOME if it is
/// set; otherwise `SurgeXTData` beside the plug-in or in a folder above it, `Surge XT` and `surge-xt` in the
/// user's data folder, and the system's.
/// @param plugin  Surge XT's bundle
std::vector<std::filesystem::path> surgeDataFolders(const std::filesystem::path& plugin);

/// Surge XT's user folder, which holds `Patches`, found as in SurgeStorage.cpp: the folder chosen in Surge's
/// menu; otherwise "Surge XT" in the documents folder, which ~/.config/user-dirs.dirs names or is
/// ~/Documents; otherwise a hidden folder.
std::filesystem::path surgeUserFolder();

}  // namespace patchpilot
