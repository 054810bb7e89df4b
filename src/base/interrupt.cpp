#include "base/interrupt.h"

#include "base/error.h"
#include "base/system.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>

namespace patchpilot {

namespace {

std::atomic<bool> flag{false};
int wakePipe[2] = {-1, -1};

std::mutex sourceMutex;
std::stop_source source;

/// A signal handler may not request a stop itself, as that takes a lock and runs callbacks: a thread of its
/// own does.
void onInterrupt(int signalNumber) {
  if (flag.exchange(true)) {
    ::signal(signalNumber, SIG_DFL);
    ::raise(signalNumber);
  }
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(wakePipe[1], "", 1);
  errno = error;
}

void requestStops() {
  for (char byte = 0;;) {
    const auto count = ::read(wakePipe[0], &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    std::stop_source requested;
    {
      std::lock_guard lock(sourceMutex);
      requested = source;
    }
    if (flag) requested.request_stop();
  }
}

}  // namespace

void catchInterrupts() {
  if (wakePipe[0] < 0) {
    if (!system::makePipe(wakePipe)) failSystem("cannot make a pipe: {}", std::strerror(errno));
    std::thread(requestStops).detach();
  }
  struct sigaction action {};
  action.sa_handler = onInterrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

std::stop_token interruptToken() {
  std::lock_guard lock(sourceMutex);
  return source.get_token();
}

bool interrupted() { return flag; }

void setInterrupted(bool value) {
  flag = value;
  std::stop_source old;
  {
    std::lock_guard lock(sourceMutex);
    old = source;
    if (!value && old.stop_requested()) source = std::stop_source();
  }
  if (value) old.request_stop();
}

}  // namespace patchpilot
