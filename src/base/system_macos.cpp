// Written from Apple's documentation. It has never been compiled or run.
#include "base/system.h"
#include "base/thread_activity.h"

#include <boost/interprocess/shared_memory_object.hpp>

#include <fcntl.h>
#include <mach-o/dyld.h>
#include <mach/mach.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 90  // xnu has it; Apple's public header does not name it
#endif

namespace patchpilot::system {

namespace fs = std::filesystem;
namespace interprocess = boost::interprocess;

fs::path programFile() {
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (::_NSGetExecutablePath(path.data(), &size) != 0) return {};
  std::error_code error;
  return fs::canonical(path.c_str(), error);
}

const char* moduleEnding() { return ".so"; }  // CMake names modules so on macOS too

fs::path userDataFolder(const fs::path& home) { return home / "Library/Application Support"; }
fs::path userSettingsFolder(const fs::path& home) { return home / "Library/Preferences"; }
fs::path userCacheFolder(const fs::path& home) { return home / "Library/Caches"; }

std::vector<fs::path> vst3Folders(const fs::path& home) {
  return {home / "Library/Audio/Plug-Ins/VST3", "/Library/Audio/Plug-Ins/VST3"};
}

std::vector<fs::path> lv2Folders(const fs::path& home) {
  return {home / "Library/Audio/Plug-Ins/LV2", "/Library/Audio/Plug-Ins/LV2", "/usr/local/lib/lv2",
          "/opt/homebrew/lib/lv2"};
}

std::vector<fs::path> vst3FactoryPresetFolders() { return {"/Library/Audio/Presets"}; }

fs::path userVst3PresetFolder(const fs::path& home) { return home / "Library/Audio/Presets"; }

bool makePipe(int (&ends)[2]) {
  if (::pipe(ends) != 0) return false;
  // Between the two calls a child that another thread starts may inherit it; macOS has no pipe2.
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return true;
}

void closeInheritedFiles() {
  const int most = ::getdtablesize();
  for (int descriptor = STDERR_FILENO + 1; descriptor < most; ++descriptor)
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

int reserveRoom(int descriptor, std::uintmax_t bytes) {
  fstore_t room{F_ALLOCATEALL, F_PEOFPOSMODE, 0, off_t(bytes), 0};
  if (::fcntl(descriptor, F_PREALLOCATE, &room) != 0 || ::ftruncate(descriptor, off_t(bytes)) != 0)
    return errno;
  return 0;
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
  static std::atomic<int> count{0};
  // At most 31 characters (PSHMNAMLEN).
  name = "/pp" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  const int descriptor = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  if (descriptor < 0) return -1;
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  if (::ftruncate(descriptor, off_t(bytes)) != 0) {
    releaseSharedMemory(descriptor, name);
    return -1;
  }
  return descriptor;
}

interprocess::mapped_region openSharedMemory(const std::string& name) {
  return interprocess::mapped_region(
      interprocess::shared_memory_object(interprocess::open_only, name.c_str(), interprocess::read_write),
      interprocess::read_write);
}

void releaseSharedMemory(int descriptor, const std::string& name) {
  ::shm_unlink(name.c_str());
  ::close(descriptor);
}

std::uintmax_t addressSpace() {
  mach_task_basic_info info{};
  mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
  const auto where = reinterpret_cast<task_info_t>(&info);
  return ::task_info(mach_task_self(), MACH_TASK_BASIC_INFO, where, &count) == KERN_SUCCESS
             ? info.virtual_size
             : 0;
}

void fillNewMemory() {
  // macOS has no such setting that a program can make for itself.
}

}  // namespace patchpilot::system

namespace patchpilot {

namespace {

/// What is known of each thread of this process other than the calling one, by its id.
std::map<std::uint64_t, thread_basic_info> otherThreads() {
  std::map<std::uint64_t, thread_basic_info> others;
  thread_act_array_t threads = nullptr;
  mach_msg_type_number_t count = 0;
  if (::task_threads(mach_task_self(), &threads, &count) != KERN_SUCCESS) return others;
  const thread_act_t own = ::mach_thread_self();
  for (mach_msg_type_number_t i = 0; i < count; ++i) {
    thread_identifier_info name{};
    thread_basic_info info{};
    mach_msg_type_number_t nameSize = THREAD_IDENTIFIER_INFO_COUNT, infoSize = THREAD_BASIC_INFO_COUNT;
    if (threads[i] != own &&
        ::thread_info(threads[i], THREAD_IDENTIFIER_INFO, thread_info_t(&name), &nameSize) == KERN_SUCCESS &&
        ::thread_info(threads[i], THREAD_BASIC_INFO, thread_info_t(&info), &infoSize) == KERN_SUCCESS)
      others[name.thread_id] = info;
    ::mach_port_deallocate(mach_task_self(), threads[i]);
  }
  ::mach_port_deallocate(mach_task_self(), own);
  ::vm_deallocate(mach_task_self(), vm_address_t(threads), count * sizeof(thread_act_t));
  return others;
}

std::int64_t microseconds(const thread_basic_info& info) {
  return std::int64_t(info.user_time.seconds + info.system_time.seconds) * 1'000'000 +
         info.user_time.microseconds + info.system_time.microseconds;
}

}  // namespace

std::size_t countThreads() { return otherThreads().size() + 1; }

bool isAnotherThreadBusy() {
  const auto others = otherThreads();
  return std::any_of(others.begin(), others.end(), [](const auto& thread) {
    return thread.second.run_state == TH_STATE_RUNNING || thread.second.run_state == TH_STATE_UNINTERRUPTIBLE;
  });
}

std::size_t countActiveThreads(double seconds) {
  const auto before = otherThreads();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const auto after = otherThreads();
  return std::size_t(std::count_if(after.begin(), after.end(), [&](const auto& thread) {
    const auto known = before.find(thread.first);
    return known == before.end() || microseconds(known->second) != microseconds(thread.second);
  }));
}

}  // namespace patchpilot
