#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// The library files in the user's folder of libraries (`libraryFolder`), in the order of their names. They
/// are not opened: one of them may be damaged.
std::vector<std::filesystem::path> installedLibraries();

/// The file in the user's folder of libraries that a library of this name has, whether there is one or not.
/// @throws Error (usage) if the name cannot name a file
std::filesystem::path installedLibraryFile(const std::string& name);

/// The library that a user means: a name without a slash, which names no file here, is looked up in the
/// user's folder of libraries. @return `name` as it is, if it is a file or was not found
std::filesystem::path resolveLibrary(const std::string& name);

}  // namespace patchpilot
