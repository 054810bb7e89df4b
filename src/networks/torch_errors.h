#pragma once

#include "base/error.h"

#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace patchpilot {

/// Does something with a file's network. @throws Error (input) that names the file and one line of what
/// LibTorch says, where that throws
template <typename Use>
auto withTorchErrorsOf(const std::string& file, const Use& use) {
  static constexpr char kMessage[] = "{}: this network cannot be used: {}";
  try {
    return use();
  } catch (const Error&) {
    throw;
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    failInput(kMessage, file, text.substr(0, text.find('\n')));
  } catch (const std::exception& error) {
    // Of a script that raises: the stack of its calls, and what was raised in the last line.
    std::string text = error.what();
    text.erase(text.find_last_not_of(" \n") + 1);
    failInput(kMessage, file, text.substr(text.rfind('\n') + 1));
  }
}

}  // namespace patchpilot
