#include "app/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace patchpilot {

namespace {

/// The last word of a command's name: "build".
std::string lastWord(const std::string& name) { return name.substr(name.rfind(' ') + 1); }

std::vector<std::string> optionNames(const CommandEntry& command) {
  std::vector<std::string> names;
  for (const OptionEntry& option : command.options)
    if (!option.positional) names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

std::vector<std::string> subcommandNames(const CommandEntry& command) {
  std::vector<std::string> names;
  for (const CommandEntry& below : command.subcommands) names.push_back(lastWord(below.name));
  return names;
}

/// The first line of a help text, as a word in single quotes of a shell.
std::string quoted(const std::string& help, const std::string& quoteMark) {
  std::string text = "'";
  for (const char c : help.substr(0, help.find('\n'))) {
    if (c == '\'') text += quoteMark;
    else text += c;
  }
  return text + "'";
}

/// The options that take one of a few values.
std::vector<const OptionEntry*> optionsWithChoices(const CommandEntry& command) {
  std::vector<const OptionEntry*> options;
  for (const OptionEntry& option : command.options)
    if (!option.positional && !option.choices.empty()) options.push_back(&option);
  return options;
}

}  // namespace

std::string bashCompletion(const CommandEntry& root) {
  std::string known, choices, words;
  for (const CommandEntry* command : allCommands(root)) {
    if (!command->name.empty()) known += fmt::format("{}\"{}\"", known.empty() ? "" : " | ", command->name);
    for (const OptionEntry* option : optionsWithChoices(*command))
      for (const std::string& name : option->names)
        choices += fmt::format("    \"{} {}\") COMPREPLY=($(compgen -W \"{}\" -- \"$current\")); return ;;\n",
                               command->name, name, fmt::join(option->choices, " "));
    words += fmt::format("    \"{}\") subcommands=\"{}\"; options=\"{}\" ;;\n", command->name,
                         fmt::join(subcommandNames(*command), " "), fmt::join(optionNames(*command), " "));
  }
  return fmt::format(R"(# Completion of patchpilot for bash; written by 'patchpilot completion bash'.
_patchpilot() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
  local command="" subcommands="" options="" i longer
  for ((i = 1; i < COMP_CWORD; ++i)); do
    longer="${{command:+$command }}${{COMP_WORDS[i]}}"
    case "$longer" in
      {}) command="$longer" ;;
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
{}  esac
  case "$command" in
{}  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ "$previous" != -* ]]; then
    COMPREPLY=($(compgen -W "$subcommands" -- "$current"))
  fi
}}
complete -o default -F _patchpilot patchpilot
)",
                     known, choices, words);
}

std::string zshCompletion(const CommandEntry& root) {
  constexpr const char* kQuote = "'\\''";
  std::string known, cases;
  for (const CommandEntry* command : allCommands(root)) {
    if (!command->name.empty()) known += fmt::format("{}\"{}\"", known.empty() ? "" : "|", command->name);
    std::string body;
    for (const CommandEntry& below : command->subcommands) {
      std::string text = lastWord(below.name) + ":" + below.help;
      body += fmt::format("        {}\n", quoted(text, kQuote));
    }
    std::string options;
    for (const OptionEntry& option : command->options)
      if (!option.positional)
        for (const std::string& name : option.names)
          options += fmt::format("        {}\n", quoted(name + ":" + option.help, kQuote));
    std::string choices;
    for (const OptionEntry* option : optionsWithChoices(*command))
      for (const std::string& name : option->names)
        choices +=
            fmt::format("        {}) compadd -- {}; return ;;\n", name, fmt::join(option->choices, " "));
    cases += fmt::format(
        "    \"{}\")\n      case \"$previous\" in\n{}      esac\n      subcommands=(\n{}      )\n      "
        "options=(\n{}      "
        ")\n      ;;\n",
        command->name, choices, body, options);
  }
  return fmt::format(R"(#compdef patchpilot
# Completion of patchpilot for zsh; written by 'patchpilot completion zsh'.
_patchpilot() {{
  local command="" longer previous="${{words[CURRENT-1]}}" i
  local -a subcommands options
  for ((i = 2; i < CURRENT; ++i)); do
    longer="${{command:+$command }}${{words[i]}}"
    case "$longer" in
      {}) command="$longer" ;;
    esac
  done
  case "$command" in
{}  esac
  if [[ "${{words[CURRENT]}}" == -* ]]; then
    _describe option options
  else
    [[ "$previous" == -* || ${{#subcommands}} == 0 ]] || _describe command subcommands
    _files
  fi
}}
compdef _patchpilot patchpilot
[[ "${{funcstack[1]}}" != _patchpilot ]] || _patchpilot "$@"
)",
                     known, cases);
}

std::string fishCompletion(const CommandEntry& root) {
  constexpr const char* kQuote = "\\'";
  std::string known, lines;
  for (const CommandEntry* command : allCommands(root)) {
    if (!command->name.empty()) known += fmt::format(" \"{}\"", command->name);
    const std::string at = fmt::format("-n '__patchpilot_at \"{}\"'", command->name);
    for (const CommandEntry& below : command->subcommands)
      lines += fmt::format("complete -c patchpilot {} -f -a {} -d {}\n", at, lastWord(below.name),
                           quoted(below.help, kQuote));
    for (const OptionEntry& option : command->options) {
      if (option.positional) continue;
      std::string line = "complete -c patchpilot " + at;
      for (const std::string& name : option.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (option.takesValue) line += " -r";
      if (!option.choices.empty()) line += fmt::format(" -f -a '{}'", fmt::join(option.choices, " "));
      lines += line + " -d " + quoted(option.help, kQuote) + "\n";
    }
  }
  return fmt::format(R"(# Completion of patchpilot for fish; written by 'patchpilot completion fish'.
function __patchpilot_at
  set -l command ""
  set -l words (commandline -opc)
  set -e words[1]
  for word in $words
    set -l longer (string trim "$command $word")
    contains -- "$longer"{}; and set command $longer
  end
  test "$command" = "$argv[1]"
end
{})",
                     known, lines);
}

}  // namespace patchpilot
