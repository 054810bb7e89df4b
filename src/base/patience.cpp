#include "base/patience.h"

#include <sys/wait.h>

#include <chrono>

namespace patchpilot {

namespace {

/// A slice that takes longer was not waited through: this process stood still. Load alone delays it by less.
constexpr double kStoodStillSeconds = 1;

}  // namespace

bool Patience::runsOut(double now, bool otherStopped) {
  const double gone = now - last_;
  last_ = now;
  if (!otherStopped) left_ -= gone < kStoodStillSeconds ? gone : kSliceSeconds;
  return left_ <= 0;
}

bool isStopped(int childId, bool was) {
  // Of each stop and each going on there is news once. That of its end is left for whoever reaps it.
  for (siginfo_t news{};
       ::waitid(P_PID, id_t(childId), &news, WSTOPPED | WCONTINUED | WNOHANG) == 0 && news.si_pid == childId;
       news = {})
    was = news.si_code != CLD_CONTINUED;
  return was;
}

double steadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

MessageChannel::Arrival receivePatiently(ChildProcess& child, Bytes& message, double limitSeconds,
                                         const std::stop_token& stop, const std::function<double()>& now) {
  Patience patience(limitSeconds, now());
  bool stopped = false;
  for (;;) {
    const auto arrival = child.channel().receive(message, Patience::kSliceSeconds);
    if (arrival != MessageChannel::Arrival::late) return arrival;
    stopped = isStopped(child.id(), stopped);
    if (patience.runsOut(now(), stopped && !stop.stop_requested())) return arrival;
  }
}

}  // namespace patchpilot
