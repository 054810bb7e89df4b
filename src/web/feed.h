#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace patchpilot {

/// Counts changes, and wakes those who wait for the next one. Safe to use from any thread.
class Feed {
 public:
  /// What is no longer there.
  struct Removal {
    std::string kind;  ///< "sound", "match" or "library"
    std::string id;
  };

  /// Something has changed. @return the number of this change
  std::uint64_t note();

  /// Something has been removed, which is a change as well.
  void noteRemoval(const std::string& kind, const std::string& id);

  /// What has been removed after `seen`; of very many, the last.
  std::vector<Removal> removedSince(std::uint64_t seen);

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
  std::uint64_t count_ = 1;  ///< 0 is before all changes
  std::deque<std::pair<std::uint64_t, Removal>> removals_;
  bool closed_ = false;
};

}  // namespace patchpilot
