#pragma once

#include "base/error.h"

#include <filesystem>

namespace patchpilot {

/// What a request is refused with.
class HttpError : public std::runtime_error {
 public:
  HttpError(int status, const std::string& message) : std::runtime_error(oneLine(message)), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

/// Throws an `HttpError`, formatted as by `fmt::format`.
template <typename... Args>
[[noreturn]] void refuse(int status, fmt::format_string<Args...> format, Args&&... args) {
  throw HttpError(status, fmt::format(format, std::forward<Args>(args)...));
}

/// A message without the path by which it knows a file; `name` is what the client knows it by.
std::string withoutPath(std::string message, const std::filesystem::path& file, const std::string& name);

/// The body of every answer that is a refusal: {"error": {"message", "code"}}.
std::string errorBody(int status, const std::string& message);

/// The status that says whose fault an `Error` is.
int statusOf(ExitCode code);

}  // namespace patchpilot
