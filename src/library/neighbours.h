#pragma once

#include "library/library.h"
#include "library/vector_index.h"

#include <memory>
#include <span>

namespace patchpilot {

/// A patch of a library that lies near a sound.
struct Neighbour {
  std::int64_t patch = 0;  ///< its id in the library
  int note = 60;           ///< of its nearest row
  float distance = 0;      ///< L2, in the embedding that was searched
};

/// The nearest neighbours in a library, by Faiss: exact in libraries of up to 100,000 rows, and in larger
/// ones nearly so (see `IndexRule`). From 10,000 rows on the index is a file beside the library, which is
/// mapped; it is made anew if it is missing, stale or damaged.
class NeighbourIndex {
 public:
  /// @param embedding  which of the library's
  explicit NeighbourIndex(Library& library, const IndexRule& rule = {}, std::size_t embedding = 0,
                          const IndexProgress& onProgress = {});
  ~NeighbourIndex();
  NeighbourIndex(NeighbourIndex&&) noexcept;

  /// The nearest `count` distinct patches (fewer if the library has fewer), nearest first; a
  /// patch with several rows counts once, by its nearest.
  /// @param vector   of the embedding's embedder
  /// @param leftOut  patches that are not to be found; see `Lineage::patchesFrom`
  std::vector<Neighbour> nearest(std::span<const float> vector, int count,
                                 const std::unordered_set<std::int64_t>& leftOut = {}) const;

  std::size_t rows() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchpilot
