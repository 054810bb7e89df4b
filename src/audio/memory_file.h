#pragma once

#include <sndfile.h>

#include <cstdint>
#include <vector>

namespace patchpilot {

/// A file in memory that libsndfile reads or writes: pass `calls` and the file to `sf_open_virtual`.
struct MemoryFile {
  std::vector<std::uint8_t> bytes;
  std::size_t position = 0;

  static SF_VIRTUAL_IO calls();
};

}  // namespace patchpilot
