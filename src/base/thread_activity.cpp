#include "base/thread_activity.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr const char* kThreads = "/proc/self/task";

/// The letter behind the name in brackets, which may hold brackets itself: R runs, D waits for a disk, S sleeps.
char stateOf(const fs::path& thread) {
  std::ifstream stream(thread / "stat");
  std::string line;
  std::getline(stream, line);
  const auto name = line.rfind(')');
  return name == std::string::npos || name + 2 >= line.size() ? 'S' : line[name + 2];
}

}  // namespace

std::size_t countThreads() {
  std::error_code error;
  std::size_t count = 0;
  for (fs::directory_iterator thread(kThreads, error), end; !error && thread != end; thread.increment(error)) ++count;
  return count;
}

bool isAnotherThreadBusy() {
  std::error_code error;
  const std::string own = std::to_string(::gettid());
  for (fs::directory_iterator thread(kThreads, error), end; !error && thread != end; thread.increment(error)) {
    if (thread->path().filename() == own) continue;
    const char state = stateOf(thread->path());
    if (state == 'R' || state == 'D') return true;
  }
  return false;
}

}  // namespace patchpilot
