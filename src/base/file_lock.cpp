#include "base/file_lock.h"

#include "base/error.h"
#include "base/system.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace patchpilot {

namespace {

/// One byte, far behind any file's end and behind those that SQLite locks. A lock of a range, as over NFS a
/// lock of the whole file would shut SQLite out.
constexpr std::int64_t kByte = std::int64_t(1) << 62;

}  // namespace

FileLock::FileLock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CLOEXEC)) {
  if (descriptor_ < 0)
    failSystem("{} may not be written ({}); change its permissions or choose another place", file.string(),
               std::strerror(errno));
  // Of the open file, not of the process: two objects of one process count as two, and SQLite's closing a
  // file does not end it.
  if (system::lockByte(descriptor_, kByte)) return;
  const int code = errno;
  ::close(descriptor_);
  if (code == EAGAIN || code == EACCES)
    failSystem("{} is being written by another process; wait for it to end, or choose another file",
               file.string());
  failSystem("cannot lock {}: {}", file.string(), std::strerror(code));
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

}  // namespace patchpilot
