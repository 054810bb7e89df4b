#include "web/http_error.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

namespace {

const char* codeOf(int status) {
  switch (status) {
    case 403: return "refused";
    case 404: return "not-found";
    case 409:
    case 429:
    case 503: return "busy";
    default: return status >= 500 ? "failed" : "bad-input";
  }
}

}  // namespace

std::string errorBody(int status, const std::string& message) {
  const nlohmann::json body = {{"error", {{"message", message}, {"code", codeOf(status)}}}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string withoutPath(std::string message, const std::filesystem::path& file, const std::string& name) {
  const std::string path = file.string();
  for (std::size_t at = message.find(path); at != std::string::npos;
       at = message.find(path, at + name.size()))
    message.replace(at, path.size(), name);
  return message;
}

int statusOf(ExitCode code) {
  switch (code) {
    case ExitCode::usage:
    case ExitCode::input: return 400;
    default: return 500;
  }
}

}  // namespace patchpilot
