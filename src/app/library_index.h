#pragma once

#include "app/arguments.h"

namespace patchpilot {

/// Adds `library index`.
void addLibraryIndexCommand(const Command& library);

}  // namespace patchpilot
