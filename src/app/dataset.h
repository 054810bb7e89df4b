#pragma once

#include "app/arguments.h"

namespace patchpilot {

/// Adds `dataset` and its subcommands, which make what networks are trained on.
void addDatasetCommand(const Command& app);

}  // namespace patchpilot
