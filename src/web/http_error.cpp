#include "web/http_error.h"

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

int statusOf(ExitCode code) {
  switch (code) {
    case ExitCode::usage:
    case ExitCode::input: return 400;
    default: return 500;
  }
}

}  // namespace patchpilot
