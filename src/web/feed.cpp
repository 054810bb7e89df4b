#include "web/feed.h"

#include <chrono>

namespace patchpilot {

namespace {

/// Whoever waits hears of each within a second; so many are not removed in that.
constexpr std::size_t kKeptRemovals = 1000;

}  // namespace

std::uint64_t Feed::note() {
  std::lock_guard lock(mutex_);
  changed_.notify_all();
  return ++count_;
}

void Feed::noteRemoval(const std::string& kind, const std::string& id) {
  std::lock_guard lock(mutex_);
  changed_.notify_all();
  removals_.push_back({++count_, {kind, id}});
  if (removals_.size() > kKeptRemovals) removals_.pop_front();
}

std::vector<Feed::Removal> Feed::removedSince(std::uint64_t seen) {
  std::lock_guard lock(mutex_);
  std::vector<Removal> removed;
  for (const auto& [number, removal] : removals_)
    if (number > seen) removed.push_back(removal);
  return removed;
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
