#pragma once

#include "app/command_table.h"

#include <string>

namespace patchpilot {

/// The name of a command's manual page: "patchpilot-library-build".
std::string manName(const CommandEntry& command);

/// The manual page of a command, as man(7) has it.
/// @param version  of the program
/// @param notes    of the program's own page: exit status, environment, examples, as `--help` prints them
std::string manPage(const CommandEntry& command, const CommandEntry& root, const std::string& version,
                    const std::string& notes);

}  // namespace patchpilot
