#include "worker/settling.h"

#include "base/thread_activity.h"

#include <juce_events/juce_events.h>

#include <algorithm>
#include <utility>

namespace patchpilot {

namespace {

/// JUCE's LV2 host starts one thread for each instance: it does the work that the plug-in schedules.
constexpr std::size_t kHostThreads = 1;
constexpr double kWatchSeconds = 0.02;
/// The first wait that is tried, as a part of the longest.
constexpr double kFirstWait = 1.0 / 8;
/// If waiting has not helped so often, it is not tried again.
constexpr int kMostVainWaits = 3;

}  // namespace

Settling::Settling() {
  // JUCE starts its timer thread with its first timer, in a message. Its LV2 host uses timers, so without
  // this one the thread would start with the first plug-in and be taken for the plug-in's own.
  juce::Timer::callAfterDelay(1, [] {});
  juce::MessageManager::getInstance()->runDispatchLoopUntil(1);
}

void Settling::expectPlugin() {
  threadsBefore_ = countThreads();
  hasOwnThreads_ = isNeeded_ = waitsForNumbers_ = false;
  limitSeconds_ = leastSeconds_ = 0;
  vainWaits_ = 0;
}

void Settling::find(double limitSeconds, const Probe& probe) {
  limitSeconds_ = limitSeconds;
  if (limitSeconds <= 0) return;
  hasOwnThreads_ = countThreads() > threadsBefore_ + kHostThreads;
  // Threads that wait for something to happen, such as JUCE's for messages, compute nothing.
  if (!hasOwnThreads_ || countActiveThreads(kWatchSeconds) <= kHostThreads) return;
  const auto agree = [](const std::vector<float>& a, const std::vector<float>& b) {
    return a == b;  // never, if one holds a sample that is no number
  };
  const auto atOnce = probe(std::nullopt), atRest = probe(0.0);
  double wait = kFirstWait * limitSeconds_;
  auto later = probe(wait);
  isNeeded_ = !agree(atOnce, atRest) || !agree(atRest, later);
  if (!isNeeded_ || agree(atRest, later)) return;
  for (; 2 * wait <= limitSeconds_; wait *= 2) {
    const auto last = std::exchange(later, probe(2 * wait));
    if (!agree(last, later)) continue;
    leastSeconds_ = wait;
    return;
  }
  // It never sounds the same twice, so nothing is to be learned of it by waiting.
}

void Settling::waitForNumbers(double limitSeconds) {
  limitSeconds_ = limitSeconds;
  waitsForNumbers_ = limitSeconds > 0;
}

bool Settling::mayWait() const { return isNeeded_ || (waitsForNumbers_ && vainWaits_ < kMostVainWaits); }

void Settling::learn(double waitSeconds, bool wasLongest) {
  if (!waitsForNumbers_ || vainWaits_ >= kMostVainWaits || waitSeconds <= leastSeconds_) return;
  if (wasLongest) {
    ++vainWaits_;
  } else {
    isNeeded_ = true;
    leastSeconds_ = waitSeconds;
  }
}

std::optional<double> Settling::longerThan(double seconds) const {
  if (2 * seconds > limitSeconds_) return std::nullopt;
  return std::max(2 * seconds, kFirstWait * limitSeconds_);
}

void Settling::waitUntilAtRest(double atLeastSeconds) const {
  const auto begin = juce::Time::getMillisecondCounterHiRes();
  const auto elapsed = [&] { return (juce::Time::getMillisecondCounterHiRes() - begin) / 1000; };
  // A thread that has just been woken may not have begun yet.
  for (int quiet = 0; elapsed() < limitSeconds_ && (quiet < 2 || elapsed() < atLeastSeconds);) {
    quiet = isAnotherThreadBusy() ? 0 : quiet + 1;
    juce::MessageManager::getInstance()->runDispatchLoopUntil(1);
  }
}

void Settling::waitForOwnThreads() const {
  if (hasOwnThreads_ && isAnotherThreadBusy()) waitUntilAtRest(0);
}

}  // namespace patchpilot
