#include "base/draft_file.h"

#include "base/error.h"
#include "base/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace patchpilot {

namespace fs = std::filesystem;

DraftFile::DraftFile(fs::path final, const std::string& ending)
    : final_(std::move(final)), path_(final_.parent_path() / hiddenName(final_.filename().string(), ending)) {
  while (!claim()) {
  }
  if (::ftruncate(descriptor_, 0) == 0) return;
  const int code = errno;
  ::close(descriptor_);
  failSystem("cannot write {}: {}", final_.string(), std::strerror(code));
}

bool DraftFile::claim() {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) failSystem("cannot write {}: {}", final_.string(), std::strerror(errno));
  struct stat opened {
  }, named{};
  const int code = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
  if (code == 0 && ::fstat(descriptor_, &opened) == 0 && ::stat(path_.c_str(), &named) == 0 &&
      opened.st_ino == named.st_ino)
    return true;
  ::close(descriptor_);
  if (code == EWOULDBLOCK)
    failSystem("{} is being made by another process; wait until it is done, or choose another name",
               final_.string());
  if (code != 0) failSystem("cannot lock {}: {}", path_.string(), std::strerror(code));
  return false;
}

DraftFile::~DraftFile() {
  if (!placed_) ::unlink(path_.c_str());
  ::close(descriptor_);
}

void DraftFile::replace() {
  if (::rename(path_.c_str(), final_.c_str()) != 0)
    failSystem("cannot write {}: {}", final_.string(), std::strerror(errno));
  placed_ = true;
}

bool DraftFile::putWhereNothingIs() {
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, final_.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return false;
    // Not every file system knows how.
    if (errno != EINVAL && errno != ENOSYS)
      failSystem("cannot write {}: {}", final_.string(), std::strerror(errno));
    if (fs::exists(final_)) return false;
    replace();
  }
  placed_ = true;
  return true;
}

}  // namespace patchpilot
