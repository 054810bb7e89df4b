#pragma once

#include "base/process.h"
#include "protocol/worker_messages.h"

#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace patchpilot {

/// How long a worker may take before it is killed, in seconds.
struct WorkerLimits {
  double load = 60;    ///< to open a plug-in
  double answer = 20;  ///< to render once, or to answer anything else
  /// Time in which a worker stands still (SIGSTOP, Ctrl-Z) counts only once a stop is requested.
  std::stop_token stop = {};
};

/// A worker has ended, or was killed because it took too long or answered with garbage. `what()` says which,
/// in a few words: "crashed (killed by signal 11)", "hung for 20 s".
class WorkerDied : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The plug-in, or the worker for it, has refused a request; the worker lives on.
class WorkerRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A conversation with one worker process. Answers come in the order of the requests.
/// Every call that waits for an answer throws WorkerDied, WorkerRefused, and Error (system) if the worker
/// program is of another version than this one.
class WorkerSession {
 public:
  WorkerSession();

  /// Sends a request and waits for its answer. A worker that answers with another kind of message counts as
  /// dead.
  /// @param stop  see `WorkerLimits`
  template <typename Answer>
  Answer ask(const WorkerRequest& request, double limitSeconds, const std::stop_token& stop) {
    post(request);
    return collect<Answer>(limitSeconds, stop);
  }

  /// Sends a request whose answer is collected later. A worker that is gone shows at `collect`.
  void post(const WorkerRequest& request);

  /// The answer to the oldest request that has none yet.
  WorkerAnswer collect(double limitSeconds, const std::stop_token& stop);

  template <typename Answer>
  Answer collect(double limitSeconds, const std::stop_token& stop) {
    WorkerAnswer answer = collect(limitSeconds, stop);
    if (auto* wanted = std::get_if<Answer>(&answer)) return std::move(*wanted);
    endBecauseOf("it answered another question");
  }

  /// Kills a worker that cannot be trusted any more. @throws WorkerDied, always
  [[noreturn]] void endBecauseOf(const std::string& problem);

  int processId() const { return process_->id(); }

 private:
  std::unique_ptr<ChildProcess> process_;
  bool understood_ = false;  ///< an answer of it has been decoded
};

}  // namespace patchpilot
