#pragma once

#include <cstdint>

namespace patchpilot {

struct LibraryCounts;

/// Which part of a library a file holds. Shard 3 of 16 draws the attempts 2, 18, 34 and so on.
struct Shard {
  int number = 1;
  int of = 1;               ///< 1: the whole
  std::uint64_t count = 0;  ///< patches that all shards are to have together; 0 for the whole
};

/// How many patches a shard is to have: its share of `count`, and a few more that replace silent and skipped
/// ones. A shard replaces its own, so that no shard needs to know of another. Shards lose more or fewer than
/// their share, and the merged library ends at the patch at which a single process would have ended. Each
/// shard therefore goes on for a little longer; the merge leaves out the surplus.
std::uint64_t patchesOfShard(const Shard& shard, std::uint64_t count, const LibraryCounts& counts);

}  // namespace patchpilot
