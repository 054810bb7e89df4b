#pragma once

#include "library/library.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace patchpilot {

/// How an index of so many rows is made. The rule, with its measurements, is in docs/benchmarks.md.
struct IndexRule {
  std::size_t keptFrom = 10'000;  ///< rows from which the index is kept in a file; fewer are read in no time
  std::size_t exactUpTo = 100'000;  ///< rows up to which every row is compared
  double recall =
      0.99;  ///< beyond: the share of the nearest rows that is to be found, measured when it is made
};

/// Told of an index that is being made: how much of the work is done, from 0 to 1.
using IndexProgress = std::function<void(double done)>;

/// The vectors of a library, as a search wants them: ordered into lists (`lists` x `dimension` centroids, by
/// k-means), of which a search looks into the nearest `probes(count)`. One list is exact. All of it is one
/// stretch of bytes, in memory or in a file that is mapped: a head with a hash of its own, then the vectors;
/// each list has a hash, which is checked when the list is first searched.
class VectorIndex {
 public:
  /// Takes the index of one of a library's embeddings from `indexFile` if that is whole and of the same
  /// rows, else makes it, there if there is room for it, else in memory.
  static std::shared_ptr<const VectorIndex> open(Library& library, std::size_t embedding,
                                                 const IndexRule& rule, const IndexProgress& onProgress = {});
  ~VectorIndex();

  struct Found {
    std::size_t row;
    float squaredDistance;
  };

  /// The nearest rows, nearest first, at most `count`. Safe to call from several threads.
  /// @param vector  `dimension` values
  /// @return nothing if the file is damaged
  std::optional<std::vector<Found>> nearest(std::span<const float> vector, std::size_t count) const;

  std::size_t rows() const;  ///< that can be found
  std::size_t lists() const;
  /// How many lists are looked into for the nearest `count` rows: fitted for 10, 50, 200 and 500 when the
  /// index is made, for numbers between two as for the larger, beyond 500 in proportion.
  std::size_t probes(std::size_t count) const;
  std::int64_t patch(std::size_t row) const;
  int note(std::size_t row) const;

 private:
  struct Impl;
  std::optional<std::vector<Found>> nearestWithin(std::span<const float> vector, std::size_t k,
                                                  std::size_t probes) const;
  explicit VectorIndex(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Where the index of one of a library's embeddings is kept: beside it, by the embedding's name.
std::filesystem::path indexFile(const Library& library, std::size_t embedding = 0);

}  // namespace patchpilot
