#pragma once

#include "library/library_file.h"
#include "library/row.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace patchpilot {

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

/// All vectors of an embedding, row after row (`rows x dimension`), and the patch and note of each row.
struct EmbeddingTable {
  std::vector<float> vectors;
  std::vector<std::int64_t> patches;
  std::vector<int> notes;
  int dimension = 0;
};

/// A look at the rows of an embedding; if two are equal, the rows are the same.
struct EmbeddingGlance {
  std::uint64_t rows = 0;
  std::int64_t lastPatch = 0;
  std::vector<std::vector<float>> some;  ///< of a few rows, from the first to the last
};

/// The embeddings of a library: for each of its embedders a vector for each row. An embedding is named by the
/// place of its embedder in `LibrarySettings::embedders`; the first covers all rows.
class EmbeddingStore {
 public:
  explicit EmbeddingStore(LibraryFile& file) : file_(file) {}

  /// The place of the embedding of that name. @throws Error (input) with the remedy if there is none
  std::size_t place(const std::string& embedder) const;

  /// Values of a vector of an embedding.
  int dimension(std::size_t embedding = 0) const;

  /// How far an embedding has come. @throws Error (input) if the file is damaged
  EmbeddingCounts counts(std::size_t embedding);

  /// Whether `library embed` has come to the end of an embedding: each row has a vector, or could not be
  /// rendered again.
  bool isWhole(std::size_t embedding);

  /// @throws Error (input) with the remedy if an embedding is not whole
  void requireWhole(std::size_t embedding);

  /// Adds an embedding that has no vectors yet. @return its place
  std::size_t add(const EmbedderInfo& embedder);

  /// Forgets the vectors of an embedding, so that they are made anew.
  /// @param embedder  of the same name, as it is now
  void forget(std::size_t embedding, const EmbedderInfo& embedder);

  /// The rows that an embedding lacks, in their order, those after `after`, at most `limit`; those that
  /// failed are among them.
  /// @param kept  those whose audio is kept, or the others
  std::vector<RowKey> rowsWithout(std::size_t embedding, RowKey after, bool kept, int limit);

  /// Writes what an embedding made of rows that it lacked, in one transaction. @throws as `put`
  void append(std::size_t embedding, const std::vector<RowEmbedding>& batch);

  /// Writes the vector of a row in the caller's transaction.
  /// @throws Error (input) if it is of another length than the embedding's, or not of numbers
  void put(std::size_t embedding, const RowKey& row, std::span<const float> vector);

  /// Writes why a row has no vector, in the caller's transaction.
  void putFailure(std::size_t embedding, const RowKey& row, const std::string& problem);

  /// Rows that could not be rendered again for an embedding, and why, for people, at most `limit`.
  std::vector<std::string> failedProblems(std::size_t embedding, int limit);

  /// Hands over the first `limit` rows that an embedding covers, in the order of their patches and notes.
  /// Leaves out what is no vector of this embedding: of another length, or not of numbers.
  /// @param use  called with the patch, the note, and `dimension(embedding)` values that are valid during the
  ///             call
  void forEachRow(const std::function<void(std::int64_t patch, int note, std::span<const float> vector)>& use,
                  std::uint64_t limit = ~std::uint64_t(0), std::size_t embedding = 0);

  /// All vectors, of the rows that `forEachRow` hands over.
  EmbeddingTable all(std::size_t embedding = 0);

  /// The vectors of a patch, each with its note, in the order of the notes.
  std::vector<std::pair<int, std::vector<float>>> of(std::size_t embedding, std::int64_t patch);

  EmbeddingGlance glance(std::size_t embedding = 0);

 private:
  Statement selectVectors(std::size_t embedding, std::int64_t first, std::int64_t end);

  LibraryFile& file_;
};

}  // namespace patchpilot
