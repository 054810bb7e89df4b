#include "synth/worker_session.h"

#include "base/error.h"
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

void WorkerSession::post(const WorkerRequest& request) { process_->channel().send(encode(request)); }

WorkerAnswer WorkerSession::collect(double limitSeconds, const std::stop_token& stop) {
  Bytes bytes;
  switch (receivePatiently(*process_, bytes, limitSeconds, stop)) {
    case MessageChannel::Arrival::message: break;
    case MessageChannel::Arrival::late:
      process_->kill();
      process_->obituary();
      throw WorkerDied(fmt::format("hung for {:g} s", limitSeconds));
    case MessageChannel::Arrival::gone:
      throw WorkerDied(fmt::format("crashed ({})", process_->obituary(kSecondsToEnd)));
  }
  WorkerAnswer answer;
  try {
    answer = decodeAnswer(bytes);
    understood_ = true;
  } catch (const ProtocolVersionError& error) {
    // A worker does not change its version: what follows an answer that was understood is garbage.
    if (understood_) endBecauseOf(error.what());
    failSystem("{} is of another version than this program; install both together", workerProgram().string());
  } catch (const ProtocolError& error) {
    endBecauseOf(error.what());
  }
  if (const auto* refusal = std::get_if<RefusalAnswer>(&answer)) throw WorkerRefused(refusal->problem);
  return answer;
}

void WorkerSession::endBecauseOf(const std::string& problem) {
  process_->kill();
  process_->obituary();
  throw WorkerDied("answered with garbage (" + problem + ")");
}

}  // namespace patchpilot
