#pragma once

#include "learn/task.h"

namespace patchpilot {

/// Everything that `patchpilot train` can train, in the order of its help.
const std::vector<Task>& tasks();

}  // namespace patchpilot
