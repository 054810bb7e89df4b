#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace patchpilot {

/// An option of a command, which is described by a chain of calls. Only `arguments.cpp` includes CLI11, whose
/// headers take longer to compile than most commands.
class Argument {
 public:
  explicit Argument(CLI::Option& option) : option_(&option) {}

  const Argument& required(bool needed = true) const;
  const Argument& showDefault() const;                         ///< the variable's value, in the help
  const Argument& defaultText(const std::string& text) const;  ///< what the help says of the default instead

  /// What a value must be; anything else is refused with a line that names the option.
  const Argument& range(int least, int most) const;
  const Argument& range(double least, double most) const;
  const Argument& atLeastZero() const;
  const Argument& aboveZero() const;
  const Argument& existingFile() const;
  const Argument& midiNote() const;  ///< 0 to 127, or a name such as C4 (`parseNote`)
  const Argument& oneOf(const std::vector<std::string>& values) const;

  const Argument& needs(const Argument& other) const;
  const Argument& excludes(const Argument& other) const;

  /// Whether it was given; known once the arguments have been read.
  bool given() const;

 private:
  CLI::Option* option_;
};

/// A command of the program, or one of its subcommands. A handle: copies stand for the same command.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  Command subcommand(const std::string& name, const std::string& help) const;
  /// A subcommand that the help does not show.
  Command hiddenSubcommand(const std::string& name) const;
  /// One of the subcommands must be given.
  void requireSubcommand() const;

  /// @tparam T       what `arguments.cpp` lists: texts, numbers, vectors and optionals of them
  /// @param names    such as "--out", "-o,--out", or "file" for one without dashes
  /// @param value    takes what is given; must live until the command has run
  template <typename T>
  Argument option(const std::string& names, T& value, const std::string& help) const;
  Argument flag(const std::string& names, bool& value, const std::string& help) const;

  /// An option that was made before. @throws std::exception if there is none
  Argument find(const std::string& name) const;

  /// What the command does, once its arguments have been read.
  void run(std::function<void()> what) const;

 private:
  CLI::App* app_;
};

}  // namespace patchpilot
