#include "protocol/worker_messages.h"

#include "protocol/codec.h"

namespace patchpilot {

/// Hands the fields of a message to a visitor, in the order in which they travel.
template <typename Visitor, typename Message>
static void visitFields(Visitor& visit, Message& m) {
  if constexpr (isOneOf<Message, AppliedPatch>) visit(m.state, m.indices, m.values);
  else if constexpr (isOneOf<Message, ScanRequest>) visit(m.path);
  else if constexpr (isOneOf<Message, LoadRequest>)
    visit(m.format, m.path, m.id, m.memory, m.slotFrames, m.tempoBpm, m.renews, m.settleSeconds, m.library);
  else if constexpr (isOneOf<Message, BaseRequest, StateAnswer>) visit(m.state);
  else if constexpr (isOneOf<Message, StateRequest, TextsRequest, ValuesRequest, ReadingsRequest>)
    visit(m.patch);
  else if constexpr (isOneOf<Message, RenderRequest>)
    visit(m.patch, m.slot, m.frames, m.note, m.velocity, m.lengthSeconds, m.wantsState, m.partFrames);
  else if constexpr (isOneOf<Message, RefusalAnswer>) visit(m.problem);
  else if constexpr (isOneOf<Message, DoneAnswer>) visit();
  else if constexpr (isOneOf<Message, ScannedInstrument>)
    visit(m.name, m.vendor, m.version, m.format, m.id, m.parameters);
  else if constexpr (isOneOf<Message, ScanAnswer>) visit(m.instruments);
  else if constexpr (isOneOf<Message, LoadedParameter>)
    visit(m.index, m.id, m.name, m.defaultValue, m.steps, m.boolean, m.label, m.text);
  else if constexpr (isOneOf<Message, LoadAnswer>) visit(m.name, m.vendor, m.version, m.parameters);
  else if constexpr (isOneOf<Message, TextsAnswer>) visit(m.texts);
  else if constexpr (isOneOf<Message, ValuesAnswer>) visit(m.values);
  else if constexpr (isOneOf<Message, Reading>) visit(m.name, m.value, m.text);
  else if constexpr (isOneOf<Message, ReadingsAnswer>) visit(m.readings);
  else if constexpr (isOneOf<Message, PartAnswer>) visit(m.frames);
  else {
    static_assert(isOneOf<Message, RenderAnswer>, "a message without a list of fields");
    visit(m.whole, m.state, m.idleRms);
  }
}

Bytes encode(const WorkerRequest& request) { return encodeMessage(kWorkerProtocol, request); }
Bytes encode(const WorkerAnswer& answer) { return encodeMessage(kWorkerProtocol, answer); }

WorkerRequest decodeRequest(std::span<const std::uint8_t> bytes) {
  return decodeMessage<WorkerRequest>(kWorkerProtocol, bytes);
}
WorkerAnswer decodeAnswer(std::span<const std::uint8_t> bytes) {
  return decodeMessage<WorkerAnswer>(kWorkerProtocol, bytes);
}

}  // namespace patchpilot
