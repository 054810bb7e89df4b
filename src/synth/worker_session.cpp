#include "synth/worker_session.h"

#include "base/patience.h"
#include "base/places.h"

#include <fmt/format.h>

namespace patchpilot {

namespace {

/// A worker that has closed its channel is given this long to end by itself: what it dies of is
/// worth knowing. One that has sent garbage lives on, and is killed then.
constexpr double kSecondsToEnd = 2;

}  // namespace

WorkerSession::WorkerSession()
    : process_(std::make_unique<ChildProcess>(
          workerProgram(),
          // Some Qt plug-ins (synthv1) end the process where there is no display, unless told so.
          std::map<std::string, std::string>{{"QT_QPA_PLATFORM", "offscreen"}})) {}

nlohmann::json WorkerSession::ask(const nlohmann::json& request, double limitSeconds) {
  post(request);
  return collect(limitSeconds);
}

void WorkerSession::post(const nlohmann::json& request) { process_->channel().send(request); }

nlohmann::json WorkerSession::collect(double limitSeconds) {
  nlohmann::json answer;
  switch (receivePatiently(*process_, answer, limitSeconds)) {
    case MessageChannel::Arrival::message: break;
    case MessageChannel::Arrival::late:
      process_->kill();
      process_->obituary();
      throw WorkerDied(fmt::format("hung for {:g} s", limitSeconds));
    case MessageChannel::Arrival::gone:
      throw WorkerDied(fmt::format("crashed ({})", process_->obituary(kSecondsToEnd)));
  }
  if (answer.contains("error")) throw WorkerRefused(answer["error"].get<std::string>());
  return answer;
}

}  // namespace patchpilot
