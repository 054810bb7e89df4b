#include "web/job_process.h"

#include "web/job.h"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace patchpilot {

namespace {

bool wasStopped(const JobEvent& event) {
  if (const auto* matched = std::get_if<Matched>(&event)) return matched->stopped;
  if (const auto* built = std::get_if<Built>(&event)) return built->stopped;
  return false;
}

}  // namespace

/// Lets `stop` and `cancel` reach the process for as long as it is there.
class JobProcess::Running {
 public:
  Running(JobProcess& job, ChildProcess& child) : job_(job) {
    std::lock_guard lock(job_.mutex_);
    job_.child_ = &child;
    if (job_.cancelled_) child.kill();
    else if (job_.stopped_) send(child.channel(), JobRequest(StopJob{}));
  }
  ~Running() {
    std::lock_guard lock(job_.mutex_);
    job_.child_ = nullptr;
  }

 private:
  JobProcess& job_;
};

JobProcess::JobProcess(std::filesystem::path program, std::function<JobRequest()> request)
    : program_(std::move(program)), request_(std::move(request)) {}

JobOutcome JobProcess::run(const std::function<void(const JobEvent&)>& tell) {
  const JobRequest request = request_();
  ChildProcess child(program_, {}, {kJobCommand});
  send(child.channel(), request);
  const Running running(*this, child);
  JobEvent event;
  while (receive(child.channel(), event) == MessageChannel::Arrival::message) {
    if (const auto* failure = std::get_if<JobFailed>(&event)) return {JobState::failed, failure->message};
    tell(event);
    if (isLast(event)) return {wasStopped(event) ? JobState::stopped : JobState::done, ""};
  }
  const bool cancelled = [&] {
    std::lock_guard lock(mutex_);
    return cancelled_;
  }();
  if (cancelled) return {JobState::stopped, ""};
  return {JobState::failed, fmt::format("it has crashed ({}); try again, and report it if it does so again",
                                        child.obituary(1))};
}

void JobProcess::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  if (child_) send(child_->channel(), JobRequest(StopJob{}));
}

void JobProcess::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  if (child_) child_->kill();
}

}  // namespace patchpilot
