#include "web/job_process.h"

#include "web/job.h"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace patchpilot {

using nlohmann::json;

JobProcess::JobProcess(const std::filesystem::path& program, const json& request)
    : child_(program, {}, {kJobCommand}) {
  sendJson(child_.channel(), request);
}

std::string JobProcess::follow(const std::function<void(const json&)>& take) {
  json message;
  while (receiveJson(child_.channel(), message) == MessageChannel::Arrival::message) {
    const auto event = message.value("event", "");
    if (event == "error") return message.value("message", "");
    try {
      take(message);
    } catch (const std::exception& error) {
      child_.kill();
      return error.what();
    }
    if (event == "end") return "";
  }
  return cancelled_ ? ""
                    : fmt::format("it has crashed ({}); try again, and report it where it does so again",
                                  child_.obituary(1));
}

void JobProcess::stop() {
  std::lock_guard lock(sending_);
  sendJson(child_.channel(), {{"stop", true}});
}

void JobProcess::cancel() {
  cancelled_ = true;
  child_.kill();
}

}  // namespace patchpilot
