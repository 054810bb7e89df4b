#include "base/process.h"

#include "base/error.h"
#include "base/places.h"
#include "base/system.h"

#include <boost/interprocess/exceptions.hpp>
#include <boost/process.hpp>
#include <boost/process/extend.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>

namespace patchpilot {

namespace bp = boost::process;
namespace bip = boost::interprocess;

namespace {

/// A longer message is taken for garbage: no preset comes near it.
constexpr std::uint32_t kMaxMessageBytes = 1u << 30;

bool writeAll(int descriptor, const void* data, std::size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const auto count = ::write(descriptor, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes += count;
    size -= std::size_t(count);
  }
  return true;
}

bool readAll(int descriptor, void* data, std::size_t size) {
  char* bytes = static_cast<char*>(data);
  while (size > 0) {
    const auto count = ::read(descriptor, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes += count;
    size -= std::size_t(count);
  }
  return true;
}

bool waitReadable(int descriptor, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd entry{descriptor, POLLIN, 0};
    const int count = ::poll(&entry, 1, int(std::clamp<long long>(left, 0, 1'000'000)));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return true;  // the read that follows says what is wrong
    if (count == 0 && left <= 0) return false;
  }
}

int movedAway(int descriptor) { return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 10); }

/// A pipe that no child inherits, but for the end that becomes its stdin or stdout.
bp::pipe privatePipe() {
  int ends[2];
  if (!system::makePipe(ends)) failSystem("cannot make a pipe: {}", std::strerror(errno));
  return bp::pipe(ends[0], ends[1]);
}

/// What libraries have opened (an HTTP connection, say) does not always close by itself.
template <typename Executor>
void closeOthers(Executor&) {
  system::closeInheritedFiles();
}

std::string workerLog() {
  const char* path = std::getenv("PATCHPILOT_WORKER_LOG");
  return path != nullptr ? path : "/dev/null";
}

}  // namespace

MessageChannel::MessageChannel(int readDescriptor, int writeDescriptor)
    : readDescriptor_(readDescriptor), writeDescriptor_(writeDescriptor) {
  // A peer that has gone is an answer of `send`, not the end of this process.
  ::signal(SIGPIPE, SIG_IGN);
}

MessageChannel::~MessageChannel() {
  ::close(readDescriptor_);
  ::close(writeDescriptor_);
}

bool MessageChannel::send(std::span<const std::uint8_t> message) {
  // In one write where it fits into the pipe: a reader never waits for the second half of a short message.
  Bytes bytes(4);
  const auto size = std::uint32_t(message.size());
  std::memcpy(bytes.data(), &size, 4);
  bytes.insert(bytes.end(), message.begin(), message.end());
  return writeAll(writeDescriptor_, bytes.data(), bytes.size());
}

MessageChannel::Arrival MessageChannel::receive(Bytes& message, double seconds) {
  if (!waitReadable(readDescriptor_, seconds)) return Arrival::late;
  std::uint32_t size = 0;
  if (!readAll(readDescriptor_, &size, 4) || size > kMaxMessageBytes) return Arrival::gone;
  message.resize(size);
  return readAll(readDescriptor_, message.data(), size) ? Arrival::message : Arrival::gone;
}

struct ChildProcess::Impl {
  bp::child child;
  std::unique_ptr<MessageChannel> channel;
  std::mutex mutex;
  bool reaped = false;
  int status = 0;
};

ChildProcess::ChildProcess(const std::filesystem::path& program,
                           const std::map<std::string, std::string>& environment,
                           const std::vector<std::string>& arguments)
    : impl_(std::make_unique<Impl>()) {
  bp::environment childEnvironment = boost::this_process::environment();
  for (const auto& [key, value] : environment) childEnvironment[key] = value;
  bp::pipe toChild = privatePipe(), fromChild = privatePipe();
  try {
    impl_->child = bp::child(
        program.string(), bp::args(arguments), bp::std_in<toChild, bp::std_out> fromChild,
        bp::std_err > workerLog(), childEnvironment,
        bp::extend::on_exec_setup = [](auto& executor) { closeOthers(executor); });
  } catch (const std::exception& error) {
    failSystem(
        "cannot start {}: {}; install Patch Pilot again, or set PATCHPILOT_WORKER to the worker program",
        program.string(), error.what());
  }
  impl_->channel = std::make_unique<MessageChannel>(movedAway(fromChild.native_source()),
                                                    movedAway(toChild.native_sink()));
}

ProgramResult runProgram(const std::string& name, const std::vector<std::string>& arguments) {
  const std::string program = findProgram(name).string();
  if (program.empty()) return {};
  bp::child child(program, bp::args(arguments), bp::std_in<bp::null, bp::std_out> bp::null,
                  bp::std_err > bp::null);
  child.wait();
  const int status = child.native_exit_code();
  return {true, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)};
}

ChildProcess::~ChildProcess() {
  kill();
  obituary();
}

MessageChannel& ChildProcess::channel() { return *impl_->channel; }

void ChildProcess::kill() {
  std::lock_guard lock(impl_->mutex);
  if (!impl_->reaped) ::kill(impl_->child.id(), SIGKILL);
}

int ChildProcess::id() const { return impl_->child.id(); }

std::string ChildProcess::obituary(double seconds) {
  std::lock_guard lock(impl_->mutex);
  const pid_t id = impl_->child.id();
  const auto reap = [&](int flags) {
    impl_->reaped = impl_->reaped || ::waitpid(id, &impl_->status, flags) == id;
  };
  reap(WNOHANG);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!impl_->reaped && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    reap(WNOHANG);
  }
  if (!impl_->reaped) {
    ::kill(id, SIGKILL);
    reap(0);
  }
  impl_->child.detach();
  const int status = impl_->status;
  if (WIFSIGNALED(status))
    return fmt::format("killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

std::unique_ptr<MessageChannel> adoptStandardStreams() {
  const int input = movedAway(STDIN_FILENO);
  const int output = movedAway(STDOUT_FILENO);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::close(nothing);
  return std::make_unique<MessageChannel>(input, output);
}

SharedMemory::SharedMemory(std::size_t bytes) {
  descriptor_ = system::makeSharedMemory(bytes, name_);
  try {
    if (descriptor_ < 0) throw std::runtime_error(std::strerror(errno));
    region_ = system::openSharedMemory(name_);
  } catch (const std::exception& error) {
    if (descriptor_ >= 0) system::releaseSharedMemory(descriptor_, name_);
    failSystem("cannot make {} bytes of shared memory: {}", bytes, error.what());
  }
}

SharedMemory::SharedMemory(const std::string& name) : name_(name) {
  try {
    region_ = system::openSharedMemory(name);
  } catch (const bip::interprocess_exception& error) {
    failSystem("cannot open shared memory {}: {}", name, error.what());
  }
}

SharedMemory::~SharedMemory() {
  if (descriptor_ >= 0) system::releaseSharedMemory(descriptor_, name_);
}

void fillNewMemory() { system::fillNewMemory(); }

void limitMemory(std::uintmax_t bytes) {
  // What libraries have reserved by now differs from machine to machine.
  const auto most = rlim_t(system::addressSpace() + bytes);
  const rlimit limit{most, most};
  if (::setrlimit(RLIMIT_AS, &limit) != 0)
    failSystem("cannot limit memory to {} bytes: {}", bytes, std::strerror(errno));
}

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / ".lock";
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) failSystem("cannot write {}: {}", file.string(), std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int code = errno;
  ::close(descriptor_);
  if (code == EWOULDBLOCK)
    failUsage("another Patch Pilot uses {}; end it, or choose another folder", folder.string());
  failSystem("cannot lock {}: {}", file.string(), std::strerror(code));
}

FolderLock::~FolderLock() { ::close(descriptor_); }

void ignoreInterrupts() { ::signal(SIGINT, SIG_IGN); }

}  // namespace patchpilot
