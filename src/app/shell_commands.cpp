#include "app/shell_commands.h"

#include "app/completion.h"
#include "app/man_page.h"
#include "app/version.h"
#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct ManArguments {
  std::vector<std::string> command;
  std::string out;
};

void writeManPages(const CommandEntry& root, const std::string& folder, const std::string& notes) {
  std::error_code error;
  if (fs::create_directories(folder, error); error)
    failSystem("{} cannot be made ({})", folder, error.message());
  for (const CommandEntry* command : allCommands(root))
    writeFileAtomically(fs::path(folder) / (manName(*command) + ".1"),
                        manPage(*command, root, kVersion, notes));
}

void man(const ManArguments& arguments, const CommandEntry& root, const std::string& notes) {
  if (!arguments.out.empty()) return writeManPages(root, arguments.out, notes);
  std::string wanted;
  for (const std::string& word : arguments.command) wanted += (wanted.empty() ? "" : " ") + word;
  for (const CommandEntry* command : allCommands(root))
    if (command->name == wanted) return fmt::print("{}", manPage(*command, root, kVersion, notes));
  failUsage("there is no command '{}'; --help lists them", wanted);
}

}  // namespace

void addShellCommands(const Command& app, const std::function<CommandEntry()>& table,
                      const std::string& notes) {
  auto shell = std::make_shared<std::string>();
  const auto completion = app.subcommand(
      "completion", "Print a script that completes commands and options in a shell; the package installs it");
  completion.option("shell", *shell, "The shell").required().oneOf({"bash", "zsh", "fish"});
  completion.run([shell, table] {
    const CommandEntry root = table();
    fmt::print("{}", *shell == "bash"  ? bashCompletion(root)
                     : *shell == "zsh" ? zshCompletion(root)
                                       : fishCompletion(root));
  });

  auto a = std::make_shared<ManArguments>();
  const auto page =
      app.subcommand("man", "Print the manual page of a command, for man(1); the package installs them");
  page.option("command", a->command,
              "The command, such as library build (without it, the program's own page)");
  page.option("--out", a->out, "Write the pages of all commands into this folder");
  page.run([a, table, notes] { man(*a, table(), notes); });
}

}  // namespace patchpilot
