#pragma once

#include "library/library.h"

#include <functional>
#include <stop_token>

namespace patchpilot {

struct MergeReport {
  std::uint64_t patches = 0;  ///< in the merged library
  std::uint64_t wanted = 0;   ///< of all shards together; more than `patches` if they lost unusually many
  std::uint64_t silent = 0;
};

/// Puts all shards of a library together to what a single process would have written, row by row: the same
/// patches under the same ids, silent ones replaced, and nothing behind the last patch that was wanted. The
/// merged library can be built on as any other. It appears whole or not at all.
/// @param shards      each of them once, in any order
/// @param onProgress  called now and then with the patches written so far
/// @param stop        once it is requested no more is read, and nothing appears
/// @throws Error (input) that names the file if one is no shard, is not finished, differs from the others in
/// what it is made of, or holds presets; if a shard is there twice, or missing; Error (usage) if `out` exists
/// already; Error (system) if it cannot be written.
MergeReport mergeShards(
    const std::vector<std::filesystem::path>& shards, const std::filesystem::path& out,
    const std::function<void(std::uint64_t patches, std::uint64_t wanted)>& onProgress = {},
    const std::stop_token& stop = {});

}  // namespace patchpilot
