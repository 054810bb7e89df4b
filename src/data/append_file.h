#pragma once

#include "base/file_lock.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>

namespace patchpilot {

/// A file that one writer extends. Flushed bytes survive a kill of the process; a reader tells by checksums
/// how far the file is whole.
class AppendFile {
 public:
  /// Opens an existing file to be extended.
  /// @param lock    of the file, taken before its length was looked at
  /// @param length  bytes of the file that are kept; what lies beyond is cut off
  /// @throws Error (system) if it cannot be written
  AppendFile(const std::filesystem::path& path, FileLock lock, std::uintmax_t length);

  /// @throws Error (system) if the disk is full
  void append(std::span<const std::uint8_t> bytes);
  /// Hands what was appended to the operating system. @throws as `append`
  void flush();

 private:
  void check() const;

  std::filesystem::path path_;
  FileLock lock_;
  std::ofstream stream_;
};

}  // namespace patchpilot
