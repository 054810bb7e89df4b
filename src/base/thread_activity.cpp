#include "base/thread_activity.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr const char* kThreads = "/proc/self/task";

/// The letter behind the name in brackets, which may hold brackets itself: R runs, D waits for a disk, S
/// sleeps.
char stateOf(const fs::path& thread) {
  std::ifstream stream(thread / "stat");
  std::string line;
  std::getline(stream, line);
  const auto name = line.rfind(')');
  return name == std::string::npos || name + 2 >= line.size() ? 'S' : line[name + 2];
}

/// How often each thread has run so far (the third number of schedstat), by its id.
std::map<std::string, std::uint64_t> runsOfThreads() {
  std::map<std::string, std::uint64_t> runs;
  std::error_code error;
  for (fs::directory_iterator thread(kThreads, error), end; !error && thread != end;
       thread.increment(error)) {
    std::ifstream stream(thread->path() / "schedstat");
    std::uint64_t ran = 0, waited = 0, count = 0;
    stream >> ran >> waited >> count;
    runs[thread->path().filename().string()] = count + ran;
  }
  return runs;
}

}  // namespace

std::size_t countActiveThreads(double seconds) {
  const auto before = runsOfThreads();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const auto after = runsOfThreads();
  const std::string own = std::to_string(::gettid());
  return std::size_t(std::count_if(after.begin(), after.end(), [&](const auto& thread) {
    const auto known = before.find(thread.first);
    return thread.first != own && (known == before.end() || known->second != thread.second);
  }));
}

std::size_t countThreads() {
  std::error_code error;
  std::size_t count = 0;
  for (fs::directory_iterator thread(kThreads, error), end; !error && thread != end; thread.increment(error))
    ++count;
  return count;
}

bool isAnotherThreadBusy() {
  std::error_code error;
  const std::string own = std::to_string(::gettid());
  for (fs::directory_iterator thread(kThreads, error), end; !error && thread != end;
       thread.increment(error)) {
    if (thread->path().filename() == own) continue;
    const char state = stateOf(thread->path());
    if (state == 'R' || state == 'D') return true;
  }
  return false;
}

}  // namespace patchpilot
