#pragma once

#include "library/library.h"

namespace patchpilot {

/// Says why a library cannot be continued with these settings: another plug-in version, another space, other
/// notes. Returns if it can.
/// @throws Error (input) that names the file, the difference and the remedy
void checkCompatible(const Library& library, const LibrarySettings& wanted);

}  // namespace patchpilot
