#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace patchpilot {

/// An option of a command, as its help describes it.
struct OptionEntry {
  std::vector<std::string> names;  ///< "-o", "--out"; for one without dashes its name alone
  std::string help;
  std::string defaultText;           ///< empty if there is none
  std::vector<std::string> choices;  ///< the values that it may have; empty if any
  bool positional = false;
  bool takesValue = false;
  bool required = false;
};

/// A command with its options, and its subcommands.
struct CommandEntry {
  std::string name;  ///< with those above it, without the program's: "library build"; empty: the program
  std::string help;
  std::vector<OptionEntry> options;
  std::vector<CommandEntry> subcommands;  ///< those that the help shows
};

/// What the program knows of its own commands; its manual and shell completion are made of it.
CommandEntry commandTable(const CLI::App& app);

/// A command and all below it, each before its subcommands.
std::vector<const CommandEntry*> allCommands(const CommandEntry& root);

}  // namespace patchpilot
