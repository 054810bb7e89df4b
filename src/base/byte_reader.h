#pragma once

#include "base/error.h"
#include "base/files.h"

#include <concepts>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace patchpilot {

/// Whether bytes of any origin begin with a text.
inline bool startsWith(std::span<const std::uint8_t> bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

/// Walks through bytes of unknown origin. Every read is checked against what is there, so a size that a file
/// declares is never believed before the bytes behind it are known to exist.
class ByteReader {
 public:
  /// @param what names the format in error messages ("a .fxp file"); must outlive the reader
  ByteReader(std::span<const std::uint8_t> bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  std::size_t remaining() const { return bytes_.size() - position_; }

  /// The next `count` bytes, which stay where they are. @throws Error (input) where they are not there.
  std::span<const std::uint8_t> take(std::uint64_t count, std::string_view field) {
    if (count > remaining())
      failInput("{} is cut short: {} should be {} bytes, {} are left", what_, field, count, remaining());
    const auto part = bytes_.subspan(position_, std::size_t(count));
    position_ += std::size_t(count);
    return part;
  }

  std::string text(std::size_t count, std::string_view field) {
    const auto part = take(count, field);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

  template <std::unsigned_integral T>
  T littleEndian(std::string_view field) {
    T value = 0;
    const auto part = take(sizeof(T), field);
    for (std::size_t i = 0; i < sizeof(T); ++i) value |= T(part[i]) << (8 * i);
    return value;
  }

  template <std::unsigned_integral T>
  T bigEndian(std::string_view field) {
    T value = 0;
    for (const std::uint8_t byte : take(sizeof(T), field)) value = T(value << 8) | byte;
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::string_view what_;
  std::size_t position_ = 0;
};

inline void append(Bytes& bytes, std::span<const std::uint8_t> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

inline void append(Bytes& bytes, std::string_view text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
}

template <std::unsigned_integral T>
void appendLittleEndian(Bytes& bytes, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes.push_back(std::uint8_t(value >> (8 * i)));
}

template <std::unsigned_integral T>
void appendBigEndian(Bytes& bytes, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) bytes.push_back(std::uint8_t(value >> (8 * i)));
}

}  // namespace patchpilot
