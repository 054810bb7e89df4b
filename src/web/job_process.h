#pragma once

#include "web/job_queue.h"
#include "wire/job_messages.h"

#include <mutex>

namespace patchpilot {

/// A job (`runJob`) in a process of its own.
class JobProcess : public Job<JobEvent> {
 public:
  /// @param program  this program
  /// @param request  is asked for the request when the job starts: what it names may have gone by then, and
  /// it may throw
  JobProcess(std::filesystem::path program, std::function<JobRequest()> request);

  /// Ends as the process does: failed if it has crashed, or has sent what cannot be read.
  /// @throws Error (system) if it cannot be started; whatever `request` and `tell` throw, which end the
  /// process
  JobOutcome run(const std::function<void(const JobEvent&)>& tell) override;

  void stop() override;
  void cancel() override;

 private:
  class Running;

  std::filesystem::path program_;
  std::function<JobRequest()> request_;
  std::mutex mutex_;
  ChildProcess* child_ = nullptr;  ///< while it runs
  bool stopped_ = false;
  bool cancelled_ = false;
};

}  // namespace patchpilot
