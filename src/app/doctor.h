#pragma once

#include "app/arguments.h"

namespace patchpilot {

/// Adds `doctor`, which says what is there and what is missing.
void addDoctorCommand(const Command& app);

}  // namespace patchpilot
