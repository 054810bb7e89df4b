#include "library/shard.h"

#include "library/library.h"

#include <cmath>

namespace patchpilot {

std::uint64_t patchesOfShard(const Shard& shard, std::uint64_t count, const LibraryCounts& counts) {
  if (shard.of == 1) return count;
  const auto share =
      (count + std::uint64_t(shard.of) - std::uint64_t(shard.number)) / std::uint64_t(shard.of);
  // Losses scatter like a Poisson count; four deviations hold for thousands of shards.
  return share + std::uint64_t(std::ceil(4 * std::sqrt(double(counts.silent + counts.skipped + 1))));
}

}  // namespace patchpilot
