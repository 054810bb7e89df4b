#pragma once

#include "base/process.h"

#include <functional>
#include <stop_token>

namespace patchpilot {

/// How long another process is waited for, without blaming it for time in which it could not run: where this
/// process stood still too (Ctrl-Z, a virtual machine that was paused), or the other one was stopped.
class Patience {
 public:
  /// How long to wait at a time, in seconds, before `runsOut` is asked again.
  static constexpr double kSliceSeconds = 0.05;

  /// @param now  seconds, by any clock that does not go back
  Patience(double limitSeconds, double now) : left_(limitSeconds), last_(now) {}

  /// Whether the limit is reached. @param otherStopped  whether the other process stands still
  bool runsOut(double now, bool otherStopped);

 private:
  double left_;
  double last_;
};

/// Whether a child process of this one has been stopped (SIGSTOP, Ctrl-Z) and has not gone on since.
/// @param was  what was answered the last time; false at first
bool isStopped(int childId, bool was);

/// Seconds by a clock that is never set.
double steadySeconds();

/// Waits for a message of a child: `late` if it has had `limitSeconds` to run in and none has come. Time in
/// which the child stands still (SIGSTOP) does not count until a stop is requested.
MessageChannel::Arrival receivePatiently(ChildProcess& child, Bytes& message, double limitSeconds,
                                         const std::stop_token& stop,
                                         const std::function<double()>& now = steadySeconds);

}  // namespace patchpilot
