#include "ingest/rank_messages.h"

#include "protocol/codec.h"

namespace patchpilot {

/// Hands the fields of a message to a visitor, in the order in which they travel.
template <typename Visitor, typename Message>
static void visitFields(Visitor& visit, Message& m) {
  if constexpr (isOneOf<Message, FlatPatch>) visit(m.values, m.state);
  else if constexpr (isOneOf<Message, EmbedderInfo>) visit(m.name, m.version, m.dimension, m.weights);
  else if constexpr (isOneOf<Message, RenderKeeping>) visit(m.embedders, m.audio, m.library);
  else if constexpr (isOneOf<Message, PatchBlock>) visit(m.first, m.patches, m.keeping);
  else if constexpr (isOneOf<Message, RankReady>) visit(m.rendering, m.host);
  else if constexpr (isOneOf<Message, RankFailed>) visit(m.code, m.host, m.problem);
  else if constexpr (isOneOf<Message, Flac>) visit(m.bytes, m.scale);
  else if constexpr (isOneOf<Message, LibraryRow>) visit(m.note, m.rmsDb, m.embeddings, m.audio);
  else if constexpr (isOneOf<Message, PatchAnswer>) visit(m.rows, m.problem);
  else {
    static_assert(isOneOf<Message, BlockAnswer>, "a message without a list of fields");
    visit(m.first, m.rendered);
  }
}

Bytes encode(const RankMessage& message) { return encodeMessage(kRankProtocol, message); }

RankMessage decodeRankMessage(std::span<const std::uint8_t> bytes) {
  return decodeMessage<RankMessage>(kRankProtocol, bytes);
}

}  // namespace patchpilot
