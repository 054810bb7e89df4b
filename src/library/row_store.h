#pragma once

#include "library/library_file.h"
#include "library/row.h"

#include <cstdint>
#include <vector>

namespace patchpilot {

/// How loud a row is.
struct RowLevel {
  RowKey row;
  float rmsDb = 0;
};

/// The rows of a library: the renders of its patches, each at one note.
class RowStore {
 public:
  explicit RowStore(LibraryFile& file) : file_(file) {}

  /// Writes rows of a patch, with their vectors and audio, in the caller's transaction.
  /// @throws Error (input) as `EmbeddingStore::put`
  void insert(std::int64_t patch, const std::vector<LibraryRow>& rows);

  /// The rows of a patch, in the order of their notes, with their vectors and audio.
  std::vector<LibraryRow> of(std::int64_t patch);

  std::uint64_t count();

  /// How loud each row is, in the order of `EmbeddingStore::forEachRow`; rows that have no vector are among
  /// them.
  std::vector<RowLevel> levels();

 private:
  Statement selectLevels(std::int64_t first, std::int64_t end);

  LibraryFile& file_;
};

}  // namespace patchpilot
