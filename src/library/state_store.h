#pragma once

#include "base/files.h"

#include <cstdint>
#include <span>

namespace patchpilot {

struct LibraryFile;

/// The states of presets within a library. A state is cut into pieces (`pieceEndsOfState`); each piece is
/// compressed and kept once, because many presets share large contents such as a wavetable.
class StateStore {
 public:
  /// SQL of the tables that it needs, to be made with CREATE or CREATE TEMP.
  static constexpr const char* kPieces =
      "TABLE IF NOT EXISTS pieces (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, "
      "size INTEGER NOT NULL, deflated BLOB NOT NULL)";
  static constexpr const char* kStates =
      "TABLE IF NOT EXISTS states (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, "
      "pieces TEXT NOT NULL)";

  explicit StateStore(LibraryFile& file) : file_(file) {}

  /// Keeps a state. @return its id; the same for the same bytes
  std::int64_t put(const Bytes& state);

  /// @throws Error (input) if there is none, or it is damaged
  Bytes get(std::int64_t id);

 private:
  std::int64_t putPiece(std::span<const std::uint8_t> piece);

  LibraryFile& file_;
};

}  // namespace patchpilot
