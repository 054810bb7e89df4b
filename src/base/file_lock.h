#pragma once

#include <filesystem>

namespace patchpilot {

/// Marks a file as being written by this object alone, among all processes on all machines that see it. Who
/// only reads need not ask. It is the kernel's, so that it goes with the process however that ends, and
/// leaves nothing behind.
///
/// Closing it drops the locks of the old kind (POSIX) that this process holds on the file, which are
/// SQLite's: it is to outlive whatever writes.
class FileLock {
 public:
  FileLock() = default;  ///< of no file

  /// @throws Error (system) where another process, or another object of this one, has it; or the file cannot
  /// be written.
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;

 private:
  int descriptor_ = -1;
};

}  // namespace patchpilot
