#include "base/system.h"
#include "base/thread_activity.h"

#include <boost/interprocess/file_mapping.hpp>

#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <thread>

namespace patchpilot::system {

namespace fs = std::filesystem;
namespace interprocess = boost::interprocess;

fs::path programFile() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

const char* moduleEnding() { return ".so"; }

fs::path userDataFolder(const fs::path& home) { return home / ".local/share"; }
fs::path userSettingsFolder(const fs::path& home) { return home / ".config"; }
fs::path userCacheFolder(const fs::path& home) { return home / ".cache"; }

std::vector<fs::path> vst3Folders(const fs::path& home) {
  return {home / ".vst3", "/usr/local/lib/vst3", "/usr/lib/vst3"};
}

std::vector<fs::path> lv2Folders(const fs::path& home) {
  return {home / ".lv2", "/usr/local/lib/lv2", "/usr/lib/lv2", "/usr/lib/x86_64-linux-gnu/lv2",
          "/usr/lib/aarch64-linux-gnu/lv2"};
}

std::vector<fs::path> vst3FactoryPresetFolders() {
  return {"/usr/local/share/vst3/presets", "/usr/share/vst3/presets"};
}

fs::path userVst3PresetFolder(const fs::path& home) { return home / ".vst3/presets"; }

bool makePipe(int (&ends)[2]) { return ::pipe2(ends, O_CLOEXEC) == 0; }

void closeInheritedFiles() {
  // An old kernel refuses; then files stay open, which harms little.
  ::close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
}

int reserveRoom(int descriptor, std::uintmax_t bytes) {
  return ::posix_fallocate(descriptor, 0, off_t(bytes));
}

bool lockByte(int descriptor, std::int64_t offset) {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_start = offset;
  range.l_len = 1;
  return ::fcntl(descriptor, F_OFD_SETLK, &range) == 0;
}

int makeSharedMemory(std::size_t bytes, std::string& name) {
  const int descriptor = ::memfd_create("patchpilot", MFD_CLOEXEC);
  if (descriptor < 0) return -1;
  if (::ftruncate(descriptor, off_t(bytes)) != 0) {
    ::close(descriptor);
    return -1;
  }
  name = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor);
  return descriptor;
}

interprocess::mapped_region openSharedMemory(const std::string& name) {
  return interprocess::mapped_region(interprocess::file_mapping(name.c_str(), interprocess::read_write),
                                     interprocess::read_write);
}

void releaseSharedMemory(int descriptor, const std::string&) { ::close(descriptor); }

std::uintmax_t addressSpace() {
  std::uintmax_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * std::uintmax_t(::sysconf(_SC_PAGESIZE));
}

void fillNewMemory() {
#ifdef M_PERTURB
  // Allocated bytes become the complement of this one: zeros.
  ::mallopt(M_PERTURB, 0xff);
#endif
}

}  // namespace patchpilot::system

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
