#include "protocol/worker_messages.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <type_traits>

namespace patchpilot {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

namespace {

template <typename Message, typename... Others>
constexpr bool isOneOf = (std::is_same_v<std::remove_const_t<Message>, Others> || ...);

/// Hands the fields of a message to a visitor, in the order in which they travel.
template <typename Visitor, typename Message>
void visitFields(Visitor& visit, Message& m) {
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

class Writer {
 public:
  Bytes bytes;

  template <typename... Fields>
  void operator()(const Fields&... fields) {
    (write(fields), ...);
  }

 private:
  template <typename Field>
  void write(const Field& field) {
    if constexpr (std::is_same_v<Field, bool>) bytes.push_back(field ? 1 : 0);
    else if constexpr (std::is_arithmetic_v<Field>) append(&field, sizeof field);
    else visitFields(*this, field);
  }

  void write(const std::string& text) {
    writeSize(text.size());
    append(text.data(), text.size());
  }

  template <typename Item>
  void write(const std::vector<Item>& items) {
    writeSize(items.size());
    if constexpr (std::is_arithmetic_v<Item>) append(items.data(), items.size() * sizeof(Item));
    else
      for (const Item& item : items) write(item);
  }

  template <typename Value>
  void write(const std::optional<Value>& value) {
    write(value.has_value());
    if (value) write(*value);
  }

  void writeSize(std::size_t size) { write(std::uint32_t(size)); }

  void append(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(data);
    bytes.insert(bytes.end(), first, first + size);
  }
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : left_(bytes) {}

  template <typename... Fields>
  void operator()(Fields&... fields) {
    (read(fields), ...);
  }

  void requireEnd() const {
    if (!left_.empty()) throw ProtocolError(fmt::format("a message has {} bytes too many", left_.size()));
  }

 private:
  template <typename Field>
  void read(Field& field) {
    if constexpr (std::is_same_v<Field, bool>) field = take(1)[0] != 0;
    else if constexpr (std::is_arithmetic_v<Field>)
      std::memcpy(&field, take(sizeof field).data(), sizeof field);
    else visitFields(*this, field);
  }

  void read(std::string& text) {
    const auto bytes = take(readSize());
    text.assign(bytes.begin(), bytes.end());
  }

  template <typename Item>
  void read(std::vector<Item>& items) {
    const std::size_t count = readSize();
    if constexpr (std::is_arithmetic_v<Item>) {
      const auto bytes = take(count * sizeof(Item));
      items.resize(count);
      if (count > 0) std::memcpy(items.data(), bytes.data(), bytes.size());
    } else {
      items.clear();
      // Each item is at least a byte long, so that `count` cannot ask for more than there is.
      if (count > left_.size()) throw ProtocolError("a message ends too early");
      for (std::size_t i = 0; i < count; ++i) read(items.emplace_back());
    }
  }

  template <typename Value>
  void read(std::optional<Value>& value) {
    bool present = false;
    read(present);
    value.reset();
    if (present) read(value.emplace());
  }

  std::size_t readSize() {
    std::uint32_t size = 0;
    read(size);
    return size;
  }

  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > left_.size()) throw ProtocolError("a message ends too early");
    const auto taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
  }

  std::span<const std::uint8_t> left_;
};

template <typename Message>
Bytes encodeAny(const Message& message) {
  Writer writer;
  writer(kWorkerProtocol, std::uint8_t(message.index()));
  std::visit([&](const auto& one) { visitFields(writer, one); }, message);
  return std::move(writer.bytes);
}

template <typename Message, std::size_t kind = 0>
Message decodeKind(std::size_t wanted, Reader& reader) {
  if constexpr (kind == std::variant_size_v<Message>) {
    throw ProtocolError(fmt::format("there is no message of kind {}", wanted));
  } else {
    if (kind != wanted) return decodeKind<Message, kind + 1>(wanted, reader);
    std::variant_alternative_t<kind, Message> message;
    visitFields(reader, message);
    return message;
  }
}

template <typename Message>
Message decodeAny(std::span<const std::uint8_t> bytes) {
  Reader reader(bytes);
  std::uint16_t version = 0;
  std::uint8_t kind = 0;
  reader(version);
  if (version != kWorkerProtocol)
    throw ProtocolVersionError(fmt::format("a message is of version {}, not {}", version, kWorkerProtocol));
  reader(kind);
  Message message = decodeKind<Message>(kind, reader);
  reader.requireEnd();
  return message;
}

}  // namespace

Bytes encode(const WorkerRequest& request) { return encodeAny(request); }
Bytes encode(const WorkerAnswer& answer) { return encodeAny(answer); }

WorkerRequest decodeRequest(std::span<const std::uint8_t> bytes) { return decodeAny<WorkerRequest>(bytes); }
WorkerAnswer decodeAnswer(std::span<const std::uint8_t> bytes) { return decodeAny<WorkerAnswer>(bytes); }

}  // namespace patchpilot
