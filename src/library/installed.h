#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// All folders whose libraries commands find by their names, the user's own first: `libraryFolder()`,
/// PATCHPILOT_LIBRARIES (several, with colons), and ../share/patchpilot/libraries, which come with the
/// program.
std::vector<std::filesystem::path> libraryFolders();

/// The library files in the folders of libraries (`libraryFolders`), folder after folder in the order of
/// their names; of two of the same name the first. They are not opened: one of them may be damaged.
std::vector<std::filesystem::path> installedLibraries();

/// The file in the user's folder of libraries that a library of this name has, whether there is one or not.
/// @throws Error (usage) if the name cannot name a file
std::filesystem::path installedLibraryFile(const std::string& name);

/// The library that a user means: a name without a slash, which names no file here, is looked up in the
/// folders of libraries. @return `name` as it is, if it is a file or was not found
std::filesystem::path resolveLibrary(const std::string& name);

}  // namespace patchpilot
