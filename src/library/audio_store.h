#pragma once

#include "library/library_file.h"
#include "library/row.h"

#include <cstdint>

namespace patchpilot {

/// How many renders a library keeps as audio.
struct AudioCounts {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

/// The renders that a library keeps as audio, so that another embedder need not have them made again.
class AudioStore {
 public:
  explicit AudioStore(LibraryFile& file) : file_(file) {}

  /// Keeps the render of a row that has none yet, in the caller's transaction.
  void put(const RowKey& row, const Flac& audio);

  /// A render that was kept; no bytes if it was not.
  Flac get(const RowKey& row);

  AudioCounts counts();

 private:
  LibraryFile& file_;
};

}  // namespace patchpilot
