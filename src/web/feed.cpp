#include "web/feed.h"

#include <chrono>

namespace patchpilot {

std::uint64_t Feed::note() {
  std::lock_guard lock(mutex_);
  changed_.notify_all();
  return ++count_;
}

std::uint64_t Feed::wait(std::uint64_t seen, double seconds) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return closed_ || count_ > seen; });
  return count_;
}

void Feed::waitForEnd(double seconds) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return closed_; });
}

void Feed::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool Feed::closed() {
  std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace patchpilot
