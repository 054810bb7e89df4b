#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace patchpilot {

/// Counts changes, and wakes those who wait for the next one. Safe to use from any thread.
class Feed {
 public:
  /// Something has changed. @return the number of this change
  std::uint64_t note();

  /// Waits for a change after `seen`, or so long, or the end. @return the number of the last change
  std::uint64_t wait(std::uint64_t seen, double seconds);

  /// Waits so long, or for the end.
  void waitForEnd(double seconds);

  /// Nothing comes any more: whoever waits goes on at once.
  void close();
  bool closed();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t count_ = 0;
  bool closed_ = false;
};

}  // namespace patchpilot
