#pragma once

#include "protocol/worker_messages.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <type_traits>

namespace patchpilot {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

template <typename Message, typename... Others>
constexpr bool isOneOf = (std::is_same_v<std::remove_const_t<Message>, Others> || ...);

/// Writes messages as bytes: numbers as they lie in memory, of texts and lists the size first, of variants
/// the number of the alternative first, and of structs the fields that `visitFields(visitor, message)` names,
/// a function that the messages' own file defines.
class MessageWriter {
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

  template <typename... Kinds>
  void write(const std::variant<Kinds...>& message) {
    write(std::uint8_t(message.index()));
    std::visit([this](const auto& one) { write(one); }, message);
  }

  void writeSize(std::size_t size) { write(std::uint32_t(size)); }

  void append(const void* data, std::size_t size) {
    const std::size_t before = bytes.size();
    bytes.resize(before + size);
    if (size > 0) std::memcpy(bytes.data() + before, data, size);
  }
};

/// Reads what `MessageWriter` wrote. @throws ProtocolError for anything else
class MessageReader {
 public:
  explicit MessageReader(std::span<const std::uint8_t> bytes) : left_(bytes) {}

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

  template <typename... Kinds>
  void read(std::variant<Kinds...>& message) {
    std::uint8_t kind = 0;
    read(kind);
    if (kind >= sizeof...(Kinds)) throw ProtocolError(fmt::format("there is no message of kind {}", kind));
    readKind(kind, message);
  }

  template <typename Message, std::size_t kind = 0>
  void readKind(std::size_t wanted, Message& message) {
    if constexpr (kind < std::variant_size_v<Message>) {
      if (kind == wanted) return read(message.template emplace<kind>());
      readKind<Message, kind + 1>(wanted, message);
    }
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

/// A message with its version before it.
template <typename Message>
Bytes encodeMessage(std::uint16_t version, const Message& message) {
  MessageWriter writer;
  writer(version, message);
  return std::move(writer.bytes);
}

/// @throws ProtocolVersionError if the message is of another version; ProtocolError as `MessageReader`
template <typename Message>
Message decodeMessage(std::uint16_t version, std::span<const std::uint8_t> bytes) {
  MessageReader reader(bytes);
  std::uint16_t found = 0;
  reader(found);
  if (found != version)
    throw ProtocolVersionError(fmt::format("a message is of version {}, not {}", found, version));
  Message message;
  reader(message);
  reader.requireEnd();
  return message;
}

}  // namespace patchpilot
