#include "data/append_file.h"

#include "base/error.h"

namespace patchpilot {

namespace fs = std::filesystem;

AppendFile::AppendFile(const fs::path& path, FileLock lock, std::uintmax_t length)
    : path_(path), lock_(std::move(lock)) {
  std::error_code error;
  fs::resize_file(path, length, error);  // before the stream is opened, so that it sees one length
  if (error) failSystem("{}: cannot be written: {}", path.string(), error.message());
  stream_.open(path, std::ios::binary | std::ios::app);
  if (!stream_) failSystem("{}: cannot be opened for writing; check its permissions", path.string());
}

void AppendFile::append(std::span<const std::uint8_t> bytes) {
  stream_.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
  check();
}

void AppendFile::flush() {
  stream_.flush();
  check();
}

void AppendFile::check() const {
  if (!stream_) failSystem("{}: cannot be written; is the disk full?", path_.string());
}

}  // namespace patchpilot
