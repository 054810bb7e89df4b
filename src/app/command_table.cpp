#include "app/command_table.h"

#include <CLI/CLI.hpp>

#include <sstream>

namespace patchpilot {

namespace {

/// The values of an option that `Argument::oneOf` has limited: CLI11 writes them "TEXT:{a,b}".
std::vector<std::string> choicesOf(const std::string& type) {
  std::vector<std::string> choices;
  const auto open = type.find('{'), close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return choices;
  std::istringstream list(type.substr(open + 1, close - open - 1));
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

OptionEntry describe(const CLI::Option& option) {
  OptionEntry entry;
  for (const auto& name : option.get_snames()) entry.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) entry.names.push_back("--" + name);
  entry.positional = option.get_positional() && entry.names.empty();
  if (entry.positional) entry.names.push_back(option.get_single_name());
  entry.help = option.get_description();
  entry.defaultText = option.get_default_str();
  entry.takesValue = option.get_type_size() != 0 && option.get_expected_max() != 0;
  entry.required = option.get_required();
  if (entry.takesValue) entry.choices = choicesOf(option.get_type_name());
  return entry;
}

CommandEntry describe(const CLI::App& app, const std::string& above) {
  CommandEntry entry;
  entry.name = above;
  entry.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) entry.options.push_back(describe(*option));
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!below->get_group().empty())  // hidden ones have none
      entry.subcommands.push_back(describe(*below, (above.empty() ? "" : above + " ") + below->get_name()));
  return entry;
}

void collect(const CommandEntry& command, std::vector<const CommandEntry*>& all) {
  all.push_back(&command);
  for (const CommandEntry& below : command.subcommands) collect(below, all);
}

}  // namespace

CommandEntry commandTable(const CLI::App& app) { return describe(app, ""); }

std::vector<const CommandEntry*> allCommands(const CommandEntry& root) {
  std::vector<const CommandEntry*> all;
  collect(root, all);
  return all;
}

}  // namespace patchpilot
