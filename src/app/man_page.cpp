#include "app/man_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

namespace patchpilot {

namespace {

/// Text that troff shows as it is: a backslash, a hyphen, and a dot or a quote that begins a line mean
/// something else to it.
std::string escaped(const std::string& text) {
  std::string out;
  bool lineBegins = true;
  for (const char c : text) {
    if (lineBegins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else out += c;
    lineBegins = c == '\n';
  }
  return out;
}

std::string upperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string titleOf(const CommandEntry& command) {
  return command.name.empty() ? "patchpilot" : "patchpilot " + command.name;
}

std::string synopsisOf(const CommandEntry& command) {
  std::string text = ".B " + escaped(titleOf(command)) + "\n";
  const bool hasOptions = std::any_of(command.options.begin(), command.options.end(),
                                      [](const OptionEntry& option) { return !option.positional; });
  if (hasOptions) text += "[\\fIOPTIONS\\fR]\n";
  for (const OptionEntry& option : command.options)
    if (option.positional) {
      const std::string name = "\\fI" + escaped(option.names.front()) + "\\fR";
      text += (option.required ? name : "[" + name + "]") + "\n";
    }
  if (!command.subcommands.empty()) text += "\\fICOMMAND\\fR\n";
  return text;
}

std::string optionText(const OptionEntry& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names)
    names.push_back((option.positional ? "\\fI" : "\\fB") + escaped(name) + "\\fR");
  std::string text =
      fmt::format(".TP\n{}{}\n{}", fmt::join(names, ", "),
                  option.takesValue && !option.positional ? " \\fIVALUE\\fR" : "", escaped(option.help));
  const bool goesOn = !option.choices.empty() || !option.defaultText.empty() || option.required;
  if (goesOn && !option.positional && !option.help.ends_with('.')) text += ".";
  if (!option.choices.empty()) text += escaped(fmt::format("\nOne of: {}.", fmt::join(option.choices, ", ")));
  if (!option.defaultText.empty()) text += escaped(fmt::format("\nDefault: {}.", option.defaultText));
  if (option.required && !option.positional) text += "\nMust be given.";
  return text + "\n";
}

std::string optionsText(const CommandEntry& command) {
  std::string arguments, options;
  for (const OptionEntry& option : command.options)
    (option.positional ? arguments : options) += optionText(option);
  std::string text;
  if (!arguments.empty()) text += ".SH ARGUMENTS\n" + arguments;
  if (!options.empty()) text += ".SH OPTIONS\n" + options;
  return text;
}

std::string seeAlso(const CommandEntry& command, const CommandEntry& root) {
  std::vector<std::string> pages;
  if (!command.name.empty()) pages.push_back(manName(root));
  for (const CommandEntry& below : command.subcommands) pages.push_back(manName(below));
  std::string text = ".SH SEE ALSO\n";
  for (const std::string& page : pages) text += fmt::format(".BR {} (1)\n", escaped(page));
  return text;
}

}  // namespace

std::string manName(const CommandEntry& command) {
  std::string name = titleOf(command);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string manPage(const CommandEntry& command, const CommandEntry& root, const std::string& version,
                    const std::string& notes) {
  std::string text = fmt::format(".TH {} 1 \"\" \"Patch Pilot {}\" \"Patch Pilot\"\n",
                                 upperCase(escaped(manName(command))), version);
  const std::string firstClause = command.help.substr(0, command.help.find_first_of(";:."));
  text += fmt::format(".SH NAME\n{} \\- {}\n", escaped(manName(command)), escaped(firstClause));
  text += ".SH SYNOPSIS\n" + synopsisOf(command);
  text += ".SH DESCRIPTION\n" + escaped(command.help) + (command.help.ends_with('.') ? "\n" : ".\n");
  if (!command.subcommands.empty()) {
    text += ".SH COMMANDS\n";
    for (const CommandEntry& below : command.subcommands)
      text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", escaped(below.name), escaped(below.help));
  }
  text += optionsText(command);
  if (command.name.empty()) text += ".SH NOTES\n.nf\n" + escaped(notes) + ".fi\n";
  return text + seeAlso(command, root);
}

}  // namespace patchpilot
