#pragma once

#include "base/text.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace patchpilot {

/// What the program's exit status says to the shell. Documented in `patchpilot --help`.
enum class ExitCode : int {
  success = 0,
  internal = 1,      ///< a fault of Patch Pilot's own
  usage = 2,         ///< a wrong option, or options that contradict each other
  input = 3,         ///< a file that cannot be used: sound, preset, space or library
  plugin = 4,        ///< a plug-in that is missing, or that fails on every render
  system = 5,        ///< the machine refuses: disk full, no permission to write
  interrupted = 130  ///< Ctrl-C; what was done so far is kept
};

/// An error that a user can act on. Its text is one line that names the thing at fault,
/// the value found, and the remedy; the app prints it as it is and exits with `code`.
class Error : public std::runtime_error {
 public:
  /// A message may quote a file: what would break its line, or talk to the terminal, does not come through.
  Error(ExitCode code, const std::string& message) : std::runtime_error(oneLine(message)), code_(code) {}

  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// Throws an `Error` for a file that cannot be used, formatted as by `fmt::format`.
template <typename... Args>
[[noreturn]] void failInput(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ExitCode::input, fmt::format(format, std::forward<Args>(args)...));
}

/// Throws an `Error` for a plug-in that is missing or broken.
template <typename... Args>
[[noreturn]] void failPlugin(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ExitCode::plugin, fmt::format(format, std::forward<Args>(args)...));
}

/// Throws an `Error` for a wrong option or argument.
template <typename... Args>
[[noreturn]] void failUsage(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ExitCode::usage, fmt::format(format, std::forward<Args>(args)...));
}

/// Throws an `Error` for what the machine refuses: disk full, no permission to write.
template <typename... Args>
[[noreturn]] void failSystem(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ExitCode::system, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace patchpilot
