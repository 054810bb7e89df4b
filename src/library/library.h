#pragma once

#include "library/attempt_store.h"
#include "library/audio_store.h"
#include "library/embedding_store.h"
#include "library/library_file.h"
#include "library/lineage.h"
#include "library/patch_store.h"
#include "library/preset_store.h"
#include "library/row_store.h"

#include <filesystem>
#include <memory>
#include <string>

namespace patchpilot {

/// How far a library has come.
struct LibraryCounts {
  std::uint64_t nextAttempt = 0;
  std::uint64_t patches = 0;
  std::uint64_t rows = 0;
  std::uint64_t silent = 0;
  std::uint64_t skipped = 0;
};

/// Patches with their embeddings in one SQLite file, which is reached through stores, one for each kind of
/// thing: `library.patches().get(id)`. It is written in transactions only, so that it can be killed at any
/// moment and opens again with all but the batch in flight. One object writes a file at a time; others may
/// read it meanwhile. A store must not outlive its library, which may be moved.
class Library {
 public:
  /// Makes a new file. @throws Error (system) if it cannot be written, or another process writes it.
  static Library create(const std::filesystem::path& file, const LibrarySettings& settings);

  /// Opens a file of any format up to this program's (see schema.h).
  /// @throws Error (input) if the file is missing, damaged, no library or of a newer format; Error (system)
  /// if it is to be written, and another process writes it.
  static Library open(const std::filesystem::path& file, Database::Mode mode = Database::Mode::readOnly);

  const std::filesystem::path& file() const { return file_->path; }
  const LibrarySettings& settings() const { return file_->settings; }
  LibraryCounts counts();

  /// Settles how patches are drawn, if nothing was drawn yet.
  void setSampling(const std::string& sampling, const std::string& around, std::uint64_t seed);

  /// Says how many patches all shards are to have together.
  void setShardCount(std::uint64_t count);

  AttemptStore attempts() { return AttemptStore(*file_); }
  PatchStore patches() { return PatchStore(*file_); }
  PresetStore presets() { return PresetStore(*file_); }
  Lineage lineage() { return Lineage(*file_); }
  RowStore rows() { return RowStore(*file_); }
  EmbeddingStore embeddings() { return EmbeddingStore(*file_); }
  AudioStore audio() { return AudioStore(*file_); }

 private:
  Library(const std::filesystem::path& file, Database::Mode mode)
      : file_(std::make_unique<LibraryFile>(file, mode)) {}

  std::unique_ptr<LibraryFile> file_;
};

}  // namespace patchpilot
