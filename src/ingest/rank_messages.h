#pragma once

#include "ingest/patch_renderer.h"
#include "protocol/worker_messages.h"

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace patchpilot {

/// Version of the messages between ranks that build a library. Raise it with any change of a message.
inline constexpr std::uint16_t kRankProtocol = 1;

/// Rank 0 hands out patches, numbered from `first` on.
struct PatchBlock {
  std::uint64_t first = 0;
  std::vector<FlatPatch> patches;
  RenderKeeping keeping;
};

/// Another rank can render.
struct RankReady {
  std::string rendering;  ///< names what a render depends on: the same on each rank
  std::string host;
};

/// It cannot, or fails.
struct RankFailed {
  std::int32_t code = 0;  ///< `ExitCode`
  std::string host, problem;
};

/// What a rank made of a patch.
struct PatchAnswer {
  std::vector<LibraryRow> rows;
  std::string problem;
};

/// Its answer to a `PatchBlock`: one of each patch.
struct BlockAnswer {
  std::uint64_t first = 0;
  std::vector<PatchAnswer> rendered;
};

using RankMessage = std::variant<PatchBlock, RankReady, RankFailed, BlockAnswer>;

Bytes encode(const RankMessage& message);

/// @throws ProtocolError if it is no message of this version
RankMessage decodeRankMessage(std::span<const std::uint8_t> bytes);

}  // namespace patchpilot
