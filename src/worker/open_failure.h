#pragma once

#include <string>

namespace patchpilot {

/// Why a plug-in's binary cannot be used, in the words of the system's loader.
/// @param library  path of the binary
/// @param entry    the function by which a host enters it
/// @return nothing if it can be loaded and has that function
std::string whyLibraryCannotBeOpened(const std::string& library, const char* entry);

/// The same for a VST3 bundle, of which no plug-in could be opened.
std::string whyVst3CannotBeOpened(const std::string& bundle);

}  // namespace patchpilot
