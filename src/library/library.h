#pragma once

#include "audio/file.h"
#include "base/file_lock.h"
#include "embed/embedder.h"
#include "library/database.h"
#include "synth/patch.h"
#include "synth/synth.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>

namespace patchpilot {

/// Which part of a library a file holds. Shard 3 of 16 draws the attempts 2, 18, 34 and so on.
struct Shard {
  int number = 1;
  int of = 1;               ///< 1: the whole
  std::uint64_t count = 0;  ///< patches that all shards are to have together; 0 for the whole
};

/// What a library is made of, fixed when it is created.
struct LibrarySettings {
  std::string spaceToml;  ///< the parameter space, whole
  std::string spaceName;
  std::string spaceFingerprint;
  std::string synthFormat;  ///< the plug-in that made the renders
  std::string synthId;
  std::string synthName;
  std::string synthVersion;
  Bytes base;            ///< the state that patches are laid over; empty for the plug-in's own
  bool ownBase = false;  ///< whether the user named the base preset
  std::string sampling =
      "uniform";       ///< how `library build` draws: "uniform", "around"; empty: nothing was drawn yet
  std::string around;  ///< where sampling is "around": names the presets; see `AroundPresets`
  std::uint64_t seed = 1;
  Shard shard;
  std::vector<int> notes = {60};  ///< every patch is rendered at each
  int velocity = 100;
  double lengthSeconds = 2;
  double durationSeconds = 4;
  /// What renders are embedded by: at least one, which is settled when the library is made; others are added
  /// (`Library::addEmbedding`). An embedding is named by its place in this list.
  std::vector<EmbedderInfo> embedders;
};

/// One render of a patch, as a library keeps it.
struct LibraryRow {
  int note = 60;
  double rmsDb = 0;
  std::vector<std::vector<float>> embeddings;  ///< one for each of the library's; empty where there is none
  Flac audio;                                  ///< no bytes where it is not kept
};

/// What names a row: `patch` and `note`.
struct RowKey {
  std::int64_t patch = 0;
  int note = 60;

  auto operator<=>(const RowKey&) const = default;
};

/// What one more embedding makes of a row.
struct RowEmbedding {
  RowKey row;
  std::vector<float> vector;
  std::string problem;  ///< why there is no vector
};

/// How much of a library an embedding covers.
struct EmbeddingCounts {
  std::uint64_t rows = 0;    ///< that have a vector
  std::uint64_t failed = 0;  ///< that could not be rendered again
};

/// What has become of one attempt at a patch.
struct LibraryAttempt {
  enum class Fate { kept, silent, skipped };

  std::uint64_t index = 0;
  Fate fate = Fate::kept;
  Patch patch;
  std::vector<LibraryRow> rows;  ///< where kept: those that are audible
  std::string problem;           ///< where skipped
  std::vector<std::string>
      sources;  ///< `presetHash`es of the presets that it came from; see `Library::sources`
};

/// What has become of one preset that was to be added.
struct PresetRecord {
  enum class Fate { kept, silent, broken, duplicate };

  std::string content;  ///< hash of the preset as it was found, by which it is known again
  std::string path;     ///< of its file; for one of several in a bundle, its label behind a `#`
  Fate fate = Fate::kept;
  std::string problem;  ///< where broken: why
  Patch patch;
  std::vector<LibraryRow> rows;
  std::vector<std::string> sources;  ///< where kept or a duplicate: its own `presetHash`es
  std::int64_t duplicateOf = 0;      ///< where a duplicate: the patch that stands for it
};

/// A preset that a library keeps, as `presets()` lists it.
struct KeptPreset {
  std::int64_t patch = 0;
  std::string path;
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
/// it can be killed at any moment and opens again with all but the batch in flight. Files of format 1,
/// which knew no presets, and 2, which knew one embedding, are read as they are and brought to format 3 when
/// they are first written. One object writes a file at a time; others may read it meanwhile.
class Library {
 public:
  /// Makes a new file. @throws Error (system) where it cannot be written, or another writes it.
  static Library create(const std::filesystem::path& file, const LibrarySettings& settings);

  /// @throws Error (input) where the file is missing, is no library, or of a newer format; Error (system)
  /// where it is to be
  ///         written, and another writes it.
  static Library open(const std::filesystem::path& file, Database::Mode mode = Database::Mode::readOnly);

  const std::filesystem::path& file() const { return file_; }
  const LibrarySettings& settings() const { return settings_; }
  LibraryCounts counts();

  /// Settles how patches are drawn, where nothing was drawn yet.
  void setSampling(const std::string& sampling, const std::string& around, std::uint64_t seed);

  /// Says how many patches all shards are to have together.
  void setShardCount(std::uint64_t count);

  /// Writes a batch in one transaction. @param nextAttempt where building goes on after it
  /// @throws Error (input) where a vector is of another length than its embedding's, or not of numbers
  void append(const std::vector<LibraryAttempt>& batch, std::uint64_t nextAttempt);

  /// Writes what became of presets in one transaction. @return ids of the patches, 0 where none was kept
  std::vector<std::int64_t> appendPresets(const std::vector<PresetRecord>& batch);

  /// All that are kept, in the order in which they came.
  std::vector<std::int64_t> patchIds();

  /// One patch by its id. @throws Error (input) where there is none.
  Patch patch(std::int64_t id);

  /// The drawn patches whose ids come after `id`, at most `limit`, as `append` took them.
  std::vector<LibraryAttempt> keptAfter(std::int64_t id, int limit);

  /// The presets that a patch came from, by `presetHash`: of a preset its own hashes (as it was found and
  /// as the synth saved it after loading) and those of its duplicates; of a patch perturbed or crossed from
  /// presets, all hashes of theirs. Empty for a patch that was drawn from the space.
  std::vector<std::string> sources(std::int64_t id);

  /// These hashes, and the others of the presets that have one of them: a preset that was found twice under
  /// two hashes has both.
  std::set<std::string> withDuplicates(const std::set<std::string>& sources);

  /// The patches that came from any of these presets, which are taken as they are: see `withDuplicates`.
  /// @param sources `presetHash`es
  std::unordered_set<std::int64_t> patchesFrom(const std::set<std::string>& sources);

  /// The preset that has this hash among its own, not one derived from it; 0 where there is none.
  std::int64_t presetWith(const std::string& source);

  /// What became of the preset of this content, if it was looked at before: path, fate and problem, and where
  /// a duplicate, of which patch.
  std::optional<PresetRecord> knownPreset(const std::string& content);

  /// Notes that the file of a preset lies elsewhere now.
  void movePreset(const std::string& content, const std::string& path);

  /// Names the state of a patch by its content; empty where it has none.
  std::string stateHash(std::int64_t id);

  /// Where a patch came from, as in `Patch::source`; empty where there is no such patch.
  std::string patchSource(std::int64_t id);

  /// The presets that were kept, in the order of their ids.
  std::vector<KeptPreset> presets();

  /// The place of the embedding of that name. @throws Error (input) with the remedy, where there is none
  std::size_t embedding(const std::string& name) const;

  /// Values of a vector of an embedding.
  int dimension(std::size_t embedding = 0) const;

  /// How far an embedding has come; the first covers all rows.
  EmbeddingCounts embeddingCounts(std::size_t embedding);

  /// Whether `library embed` has come to the end of an embedding: each row has a vector, or could not be
  /// rendered again.
  bool isWhole(std::size_t embedding);

  /// @throws Error (input) with the remedy, where an embedding is not whole
  void requireWhole(std::size_t embedding);

  /// Adds an embedding that has no vectors yet. @return its place
  std::size_t addEmbedding(const EmbedderInfo& embedder);

  /// Forgets the vectors of an embedding, so that they are made anew. @param embedder  of its name, as it is
  /// now
  void forgetEmbedding(std::size_t embedding, const EmbedderInfo& embedder);

  /// The rows that an embedding lacks, in their order, from behind `after`, at most `limit`; those that
  /// failed are among them.
  /// @param kept  those whose audio is kept, or the others
  std::vector<RowKey> rowsWithout(std::size_t embedding, RowKey after, bool kept, int limit);

  /// Writes what an embedding made of rows that it lacked, in one transaction. @throws as `append`
  void appendEmbedding(std::size_t embedding, const std::vector<RowEmbedding>& batch);

  /// Rows that could not be rendered again for an embedding, and why, at most `limit`.
  std::vector<std::string> failedProblems(std::size_t embedding, int limit);

  /// A render that was kept; no bytes where it was not.
  Flac audio(const RowKey& row);

  struct AudioCounts {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
  };
  AudioCounts audioCounts();

  /// Hands over the rows that an embedding covers, in their order, by patch and note, of the first `limit`.
  /// What is no vector of this embedding (of another length, or not of numbers) is passed over.
  /// @param use  called with the patch, the note, and `dimension(embedding)` values that are there during the
  /// call
  void forEachRow(const std::function<void(std::int64_t patch, int note, std::span<const float> vector)>& use,
                  std::uint64_t limit = ~std::uint64_t(0), std::size_t embedding = 0);

  struct Level {
    RowKey row;
    float rmsDb = 0;
  };
  /// How loud each row is, in the order of `forEachRow`; rows that have no vector are among them.
  std::vector<Level> levels();

  /// All vectors of an embedding, row after row (`rows x dimension`), and the patch and note of each row.
  struct Embeddings {
    std::vector<float> vectors;
    std::vector<std::int64_t> patches;
    std::vector<int> notes;
    int dimension = 0;
  };
  Embeddings embeddings(std::size_t embedding = 0);

  /// A look at the rows of an embedding, by which one who has seen them knows whether they are still the
  /// same.
  struct Glance {
    std::uint64_t rows = 0;
    std::int64_t lastPatch = 0;
    std::vector<std::vector<float>> some;  ///< of a few rows, from the first to the last
  };
  Glance glance(std::size_t embedding = 0);

  /// All attempts that were skipped, and why.
  std::map<std::uint64_t, std::string> skipped();

  /// What was skipped and why, at most `limit` entries.
  std::vector<std::string> skippedProblems(int limit);

 private:
  Library(const std::filesystem::path& file, Database::Mode mode);
  void readSettings();
  void bringUpToDate(Database::Mode mode, std::int64_t format);
  void readEmbedders();
  void insertRow(std::int64_t patch, const LibraryRow& row);
  void insertVector(std::size_t embedding, std::int64_t row, std::span<const float> vector);
  void insertFailure(std::size_t embedding, std::int64_t row, const std::string& problem);
  std::vector<LibraryRow> rowsOf(std::int64_t patch);
  Statement selectVectors(std::size_t embedding, std::int64_t first, std::int64_t end);
  Statement selectLevels(std::int64_t first, std::int64_t end);
  std::int64_t insertPatch(const Patch& patch, std::optional<std::uint64_t> attempt,
                           const std::vector<LibraryRow>& rows, const std::vector<std::string>& sources);

  std::filesystem::path file_;
  FileLock lock_;  ///< of who writes; closed behind the database
  std::unique_ptr<Database> database_;
  bool hasOldRows_ = false;  ///< whether the file is of format 1 or 2, opened to be read
  LibrarySettings settings_;
};

}  // namespace patchpilot
