#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace patchpilot {

/// Some plug-ins compute in threads of their own what they play, so that their sound depends on the time
/// between the setting of a patch and the note. This finds out whether a plug-in does, and waits for it.
/// Everything is called on JUCE's message thread.
class Settling {
 public:
  /// The beginning of a note.
  /// @param waitSeconds  played once the plug-in is at rest, and no sooner than after this wait; nothing:
  /// played at once
  using Probe = std::function<std::vector<float>(std::optional<double> waitSeconds)>;

  Settling();

  /// Call it before a plug-in is loaded: counts the threads that are not the plug-in's.
  void expectPlugin();

  /// Plays notes until two after different waits sound the same. A plug-in without threads of its own is not
  /// asked to play, and has nothing to wait for.
  /// @param limitSeconds  the longest wait before a note; 0: there is none
  void find(double limitSeconds, const Probe& probe);

  /// Finds nothing out: a note that begins with samples that are no numbers is played again after longer and
  /// longer waits, until waiting has been in vain a few times.
  /// @param limitSeconds  the longest wait before a note; 0: there is none
  void waitForNumbers(double limitSeconds);

  /// Tells of a note that was kept. @param wasLongest  whether no longer wait was left to try
  void learn(double waitSeconds, bool wasLongest);

  /// Whether a note may have to be played again after a longer wait.
  bool mayWait() const;
  /// Whether notes must wait.
  bool isNeeded() const { return isNeeded_; }
  /// The shortest wait, in seconds, after which two notes were the same.
  double leastSeconds() const { return leastSeconds_; }
  /// The next longer wait to try, in seconds; nothing if it is beyond the limit.
  std::optional<double> longerThan(double seconds) const;

  /// Waits until no other thread computes, and at least for a while, but no longer than the limit.
  void waitUntilAtRest(double atLeastSeconds) const;
  /// The same without a least time. Costs nothing for a plug-in that has no threads.
  void waitForOwnThreads() const;

 private:
  std::size_t threadsBefore_ = 0;
  double limitSeconds_ = 0;
  bool hasOwnThreads_ = false;
  bool isNeeded_ = false;
  double leastSeconds_ = 0;
  bool waitsForNumbers_ = false;
  int vainWaits_ = 0;  ///< notes that were of no numbers however long was waited
};

}  // namespace patchpilot
