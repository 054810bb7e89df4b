#pragma once

#include "base/process.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace patchpilot {

/// How long a worker may take before it is killed, in seconds.
struct WorkerLimits {
  double load = 60;    ///< to open a plug-in
  double answer = 20;  ///< to render once, or to answer anything else
};

/// A worker has ended, or was killed because it took too long. `what()` says which, in a few
/// words: "crashed (killed by signal 11)", "hung for 20 s".
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
class WorkerSession {
 public:
  WorkerSession();

  /// Sends a request and waits for its answer. @throws WorkerDied, WorkerRefused.
  nlohmann::json ask(const nlohmann::json& request, double limitSeconds);

  /// Sends a request whose answer is collected later. A worker that is gone shows at `collect`.
  void post(const nlohmann::json& request);

  /// The answer to the oldest request that has none yet. @throws WorkerDied, WorkerRefused.
  nlohmann::json collect(double limitSeconds);

  int processId() const { return process_->id(); }

 private:
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace patchpilot
