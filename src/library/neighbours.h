#pragma once

#include "library/library.h"

#include <memory>
#include <span>

namespace patchpilot {

/// A patch of a library that lies near a sound.
struct Neighbour {
  std::int64_t patch = 0;  ///< its id in the library
  int note = 60;           ///< of its nearest row
  float distance = 0;      ///< L2, in the library's embedding
};

/// The nearest neighbours in a library, by Faiss, exact. Held in memory.
class NeighbourIndex {
 public:
  explicit NeighbourIndex(Library& library);
  ~NeighbourIndex();
  NeighbourIndex(NeighbourIndex&&) noexcept;

  /// The nearest `count` distinct patches (fewer where the library has fewer), nearest first; a
  /// patch with several rows counts once, by its nearest.
  /// @param vector   of the library's embedder
  /// @param leftOut  patches that are not to be found; see `Library::patchesFrom`
  std::vector<Neighbour> nearest(std::span<const float> vector, int count,
                                 const std::unordered_set<std::int64_t>& leftOut = {}) const;

  std::size_t rows() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchpilot
