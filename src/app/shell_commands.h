#pragma once

#include "app/arguments.h"
#include "app/command_table.h"

#include <functional>
#include <string>

namespace patchpilot {

/// Adds `completion` and `man`, which describe the program itself.
/// @param table  gives all commands, once they have been added
/// @param notes  exit status, environment and examples, as `--help` prints them
void addShellCommands(const Command& app, const std::function<CommandEntry()>& table,
                      const std::string& notes);

}  // namespace patchpilot
