#pragma once

#include "app/command_table.h"

#include <string>

namespace patchpilot {

/// Scripts that complete commands, options and their choices in a shell; anything else is completed as a
/// file.
std::string bashCompletion(const CommandEntry& root);
std::string zshCompletion(const CommandEntry& root);
std::string fishCompletion(const CommandEntry& root);

}  // namespace patchpilot
