#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace patchpilot {

enum class JobState { queued, running, done, stopped, failed };

constexpr bool isOver(JobState state) { return state != JobState::queued && state != JobState::running; }

/// How a job has ended.
struct JobOutcome {
  JobState state = JobState::done;  ///< done, stopped or failed
  std::string problem;              ///< if it failed: why, in one line
};

/// Work for a `JobQueue`.
/// @tparam Event  what a job tells while it runs
template <typename Event>
class Job {
 public:
  virtual ~Job() = default;

  /// Does the work, on a thread of the queue. An exception makes the job fail.
  virtual JobOutcome run(const std::function<void(const Event&)>& tell) = 0;

  /// Asks the job to end soon with what it has. Called by any thread, even before `run`.
  virtual void stop() = 0;

  /// Ends the job at once. Called by any thread, even before `run`.
  virtual void cancel() = 0;
};

/// Hears of the jobs of a queue. Each function is called without any lock of the queue: for one job by one
/// thread at a time, for several jobs at the same time. `jobStarted` comes first, `jobEnded` last; a job that
/// ends before it has started has a `jobEnded` only.
template <typename Event>
class JobObserver {
 public:
  virtual ~JobObserver() = default;
  virtual void jobStarted(const std::string& id) = 0;
  virtual void jobTold(const std::string& id, const Event& event) = 0;
  virtual void jobEnded(const std::string& id, const JobOutcome& outcome) = 0;
};

/// Runs jobs in the order in which they were added, a fixed number at a time. Safe to use from any thread; an
/// observer may call it as well, but for `waitFor` and `close`.
template <typename Event>
class JobQueue {
 public:
  /// @param running  how many jobs run at a time
  /// @param waiting  how many jobs may wait besides
  /// @param observer  must outlive this
  JobQueue(std::size_t running, std::size_t waiting, JobObserver<Event>& observer)
      : capacity_(waiting), observer_(observer) {
    for (std::size_t i = 0; i < running; ++i) threads_.emplace_back([this] { work(); });
  }

  ~JobQueue() { close(); }
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// Adds a job. @return false, with nothing added, if as many wait as may, or the queue is closed
  bool add(const std::string& id, std::shared_ptr<Job<Event>> job) {
    std::lock_guard lock(mutex_);
    if (closed_ || waiting_.size() >= capacity_) return false;
    waiting_.emplace_back(id, std::move(job));
    changed_.notify_all();
    return true;
  }

  /// Ends one job and no other: a job that waits does not start, a job that runs ends with what it has. No
  /// effect on a job that is not in the queue.
  void stop(const std::string& id) { end(id, &Job<Event>::stop); }

  /// The same, but a job that runs ends at once.
  void cancel(const std::string& id) { end(id, &Job<Event>::cancel); }

  /// Waits until a job is neither waiting nor running, and its end was told.
  void waitFor(const std::string& id) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !find(id) && !running_.contains(id); });
  }

  /// The place of a job among those that wait, from 1; nothing if it does not wait.
  std::optional<std::size_t> position(const std::string& id) const {
    std::lock_guard lock(mutex_);
    const auto place = find(id);
    return place ? std::optional(*place + 1) : std::nullopt;
  }

  bool isFull() const {
    std::lock_guard lock(mutex_);
    return waiting_.size() >= capacity_;
  }

  /// Whether no job waits or runs.
  bool isEmpty() const {
    std::lock_guard lock(mutex_);
    return waiting_.empty() && running_.empty();
  }

  /// Cancels what runs, drops what waits, and returns when no thread of the queue is left. The observer is
  /// not told of jobs that end by this.
  void close() {
    std::vector<std::shared_ptr<Job<Event>>> running;
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      waiting_.clear();
      for (const auto& [id, job] : running_) running.push_back(job);
      changed_.notify_all();
    }
    for (const auto& job : running) job->cancel();
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }

 private:
  using Waiting = std::pair<std::string, std::shared_ptr<Job<Event>>>;

  /// The index of a job that waits. The lock is held.
  std::optional<std::size_t> find(const std::string& id) const {
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.first == id; });
    return found == waiting_.end() ? std::nullopt : std::optional(std::size_t(found - waiting_.begin()));
  }

  void end(const std::string& id, void (Job<Event>::*how)()) {
    std::shared_ptr<Job<Event>> job;
    {
      std::lock_guard lock(mutex_);
      if (const auto place = find(id)) {
        running_.insert(waiting_[*place]);  // until its end was told
        waiting_.erase(waiting_.begin() + std::ptrdiff_t(*place));
      } else if (const auto found = running_.find(id); found != running_.end()) {
        job = found->second;
      } else {
        return;
      }
    }
    if (job) return (*job.*how)();
    observer_.jobEnded(id, {JobState::stopped, ""});
    forget(id);
  }

  void forget(const std::string& id) {
    std::lock_guard lock(mutex_);
    running_.erase(id);
    changed_.notify_all();
  }

  void work() {
    for (;;) {
      Waiting next;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
        if (closed_) return;
        next = std::move(waiting_.front());
        waiting_.pop_front();
        running_.insert(next);
      }
      const JobOutcome outcome = run(next.first, *next.second);
      const bool dropped = outcome.state == JobState::stopped && isClosed();
      if (!dropped) observer_.jobEnded(next.first, outcome);
      forget(next.first);
    }
  }

  JobOutcome run(const std::string& id, Job<Event>& job) {
    try {
      observer_.jobStarted(id);
      return job.run([&](const Event& event) { observer_.jobTold(id, event); });
    } catch (const std::exception& error) {
      return {JobState::failed, error.what()};
    }
  }

  bool isClosed() const {
    std::lock_guard lock(mutex_);
    return closed_;
  }

  const std::size_t capacity_;
  JobObserver<Event>& observer_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::map<std::string, std::shared_ptr<Job<Event>>> running_;  ///< and those whose end is being told
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace patchpilot
