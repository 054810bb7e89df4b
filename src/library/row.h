#pragma once

#include "audio/file.h"

#include <compare>
#include <cstdint>
#include <vector>

namespace patchpilot {

/// What names a row: `patch` and `note`.
struct RowKey {
  std::int64_t patch = 0;
  int note = 60;

  auto operator<=>(const RowKey&) const = default;
};

/// One render of a patch, as a library keeps it.
struct LibraryRow {
  int note = 60;
  double rmsDb = 0;
  std::vector<std::vector<float>> embeddings;  ///< one for each of the library's; empty if there is none
  Flac audio;                                  ///< no bytes if it is not kept
};

/// In the file a row is numbered by its patch and its note: patch * kNotes + note.
inline constexpr int kNotes = 128;
/// No patch has such a number.
inline constexpr std::int64_t kEndOfPatches = std::int64_t(1) << 40;

inline std::int64_t rowNumber(const RowKey& row) { return row.patch * kNotes + row.note; }
inline RowKey rowKey(std::int64_t number) { return {number / kNotes, int(number % kNotes)}; }

}  // namespace patchpilot
