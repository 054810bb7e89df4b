#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// A ZIP file, in memory and not compressed (sounds do not get smaller), of files and folders.
/// @param root   the folder in which they lie there; ASCII
/// @param items  paths of files, and of folders with all that is in them
/// @throws Error (system) where one cannot be read
std::string zipOf(const std::string& root, const std::vector<std::filesystem::path>& items);

}  // namespace patchpilot
