#pragma once

#include "base/draft_file.h"

#include <boost/interprocess/mapped_region.hpp>

#include <cstdint>
#include <filesystem>
#include <span>

namespace patchpilot {

/// A file whose bytes are read as memory: what is never looked at is never read from the disk, and processes
/// share it.
class MappedFile {
 public:
  /// @throws Error (input) where it cannot be opened, or is empty.
  explicit MappedFile(const std::filesystem::path& path);

  std::span<const std::uint8_t> bytes() const {
    return {static_cast<const std::uint8_t*>(region_.get_address()), region_.get_size()};
  }

 private:
  boost::interprocess::mapped_region region_;
};

/// A new file that is written as memory, in any order. It appears whole, at `commit`, or not at all.
class MappedNewFile {
 public:
  /// @throws Error (system) where it cannot be made, another process is making it, or the disk has no room
  /// for it.
  MappedNewFile(const std::filesystem::path& path, std::size_t bytes);

  std::span<std::uint8_t> bytes() {
    return {static_cast<std::uint8_t*>(region_.get_address()), region_.get_size()};
  }

  /// Puts it in its place, and what was there goes. @throws Error (system).
  void commit();

 private:
  std::filesystem::path path_;
  DraftFile draft_;
  boost::interprocess::mapped_region region_;
};

}  // namespace patchpilot
