#pragma once

#include "embed/embedder.h"
#include "library/database.h"
#include "synth/patch.h"
#include "synth/synth.h"

#include <map>
#include <optional>

namespace patchpilot {

/// What a library is made of, fixed when it is created.
struct LibrarySettings {
  std::string spaceToml;         ///< the parameter space, whole
  std::string spaceName;
  std::string spaceFingerprint;
  std::string synthFormat;       ///< the plug-in that made the renders
  std::string synthId;
  std::string synthName;
  std::string synthVersion;
  Bytes base;                    ///< the state that patches are laid over; empty for the plug-in's own
  bool ownBase = false;          ///< whether the user named the base preset
  std::uint64_t seed = 1;
  std::vector<int> notes = {60}; ///< every patch is rendered at each
  int velocity = 100;
  double lengthSeconds = 2;
  double durationSeconds = 4;
  std::string embedderName;
  int embedderVersion = 1;
};

/// One render of a patch, as a library keeps it.
struct LibraryRow {
  int note = 60;
  double rmsDb = 0;
  std::vector<float> embedding;
};

/// What has become of one attempt at a patch.
struct LibraryAttempt {
  enum class Fate { kept, silent, skipped };

  std::uint64_t index = 0;
  Fate fate = Fate::kept;
  Patch patch;
  std::vector<LibraryRow> rows;  ///< where kept: those that are audible
  std::string problem;           ///< where skipped
};

/// How far a library has come.
struct LibraryCounts {
  std::uint64_t nextAttempt = 0;
  std::uint64_t patches = 0;
  std::uint64_t rows = 0;
  std::uint64_t silent = 0;
  std::uint64_t skipped = 0;
};

/// Patches with their embeddings in one SQLite file. It is written in transactions only, so that
/// it can be killed at any moment and opens again with all but the batch in flight.
class Library {
 public:
  /// Makes a new file. @throws Error (system) where it cannot be written.
  static Library create(const std::filesystem::path& file, const LibrarySettings& settings);

  /// @throws Error (input) where the file is missing, is no library, or of a newer format.
  static Library open(const std::filesystem::path& file, Database::Mode mode = Database::Mode::readOnly);

  const std::filesystem::path& file() const { return file_; }
  const LibrarySettings& settings() const { return settings_; }
  LibraryCounts counts();

  /// Writes a batch in one transaction. @param nextAttempt where building goes on after it
  void append(const std::vector<LibraryAttempt>& batch, std::uint64_t nextAttempt);

  /// One patch by its id. @throws Error (input) where there is none.
  Patch patch(std::int64_t id);

  /// All embeddings, row after row (`rows x dimension`), and the patch and note of each row.
  struct Embeddings {
    std::vector<float> vectors;
    std::vector<std::int64_t> patches;
    std::vector<int> notes;
    int dimension = 0;
  };
  Embeddings embeddings();

  /// What was skipped and why, at most `limit` entries.
  std::vector<std::string> skippedProblems(int limit);

 private:
  Library(const std::filesystem::path& file, Database::Mode mode);
  void readSettings();

  std::filesystem::path file_;
  std::unique_ptr<Database> database_;
  LibrarySettings settings_;
};

}  // namespace patchpilot
