#include "interruptible.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace patchpilot::python {

namespace {

constexpr auto kSignalPeriod = std::chrono::milliseconds(50);

/// Of the work that this thread does; null if it does none.
thread_local const std::stop_token* currentStop = nullptr;

/// Work in a thread of its own.
class BackgroundWork {
 public:
  explicit BackgroundWork(const std::function<void(std::stop_token)>& work)
      : thread_([this, &work] {
          const std::stop_token stop = stop_.get_token();
          currentStop = &stop;
          try {
            work(stop);
          } catch (...) {
            failure_ = std::current_exception();
          }
          currentStop = nullptr;
          const std::lock_guard lock(mutex_);
          done_ = true;
          changed_.notify_all();
        }) {}

  ~BackgroundWork() { thread_.join(); }

  bool endsWithin(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return done_; });
  }

  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_; });
  }

  void requestStop() { stop_.request_stop(); }
  const std::exception_ptr& failure() const { return failure_; }

 private:
  std::stop_source stop_;
  std::exception_ptr failure_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

/// What a Python handler of a signal raised, if any did.
std::exception_ptr raisedBySignal() {
  const py::gil_scoped_acquire acquire;
  if (PyErr_CheckSignals() == 0) return nullptr;
  return std::make_exception_ptr(py::error_already_set());
}

}  // namespace

void runInterruptible(const std::function<void(std::stop_token)>& work) {
  const py::gil_scoped_release release;
  if (currentStop != nullptr) return work(*currentStop);
  BackgroundWork background(work);
  while (!background.endsWithin(kSignalPeriod)) {
    const std::exception_ptr raised = raisedBySignal();
    if (!raised) continue;
    background.requestStop();
    background.wait();
    std::rethrow_exception(raised);
  }
  if (background.failure()) std::rethrow_exception(background.failure());
}

}  // namespace patchpilot::python
