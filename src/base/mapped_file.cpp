#include "base/mapped_file.h"

#include "base/error.h"

#include <boost/interprocess/file_mapping.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>

namespace patchpilot {

namespace fs = std::filesystem;
namespace interprocess = boost::interprocess;

MappedFile::MappedFile(const fs::path& path) {
  try {
    region_ = interprocess::mapped_region(interprocess::file_mapping(path.c_str(), interprocess::read_only), interprocess::read_only);
  } catch (const interprocess::interprocess_exception& error) {
    failInput("{} cannot be opened ({})", path.string(), error.what());
  }
}

MappedNewFile::MappedNewFile(const fs::path& path, std::size_t bytes)
    : path_(path), partial_(path.parent_path() / fmt::format(".{}.{}.partial", path.filename().string(), ::getpid())) {
  const int fd = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  // Room is taken at once: a disk that fills up while memory is written would end the process.
  const int code = fd < 0 ? errno : ::posix_fallocate(fd, 0, off_t(bytes));
  if (fd >= 0) ::close(fd);
  try {
    if (code == 0)
      region_ = interprocess::mapped_region(interprocess::file_mapping(partial_.c_str(), interprocess::read_write), interprocess::read_write);
  } catch (const interprocess::interprocess_exception& error) {
    ::unlink(partial_.c_str());
    failSystem("cannot write {}: {}", path.string(), error.what());
  }
  if (code == 0) return;
  if (fd >= 0) ::unlink(partial_.c_str());
  failSystem("cannot write {}: {}; free some space or choose another place", path.string(), std::strerror(code));
}

MappedNewFile::~MappedNewFile() {
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

void MappedNewFile::commit() {
  if (!region_.flush(0, 0, false)) failSystem("cannot write {}", path_.string());
  std::error_code error;
  fs::rename(partial_, path_, error);
  if (error) failSystem("cannot write {}: {}", path_.string(), error.message());
  partial_.clear();
}

}  // namespace patchpilot
