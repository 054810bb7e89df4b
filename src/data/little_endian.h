#pragma once

#include "base/files.h"

#include <bit>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace patchpilot {

/// A number with its bytes in the order of a file that is little-endian, or back again.
template <typename Number>
Number littleEndian(Number number) {
  static_assert(std::is_arithmetic_v<Number>);
  if constexpr (std::endian::native == std::endian::little || sizeof(Number) == 1) return number;
  std::uint8_t bytes[sizeof(Number)];
  std::memcpy(bytes, &number, sizeof(Number));
  for (std::size_t i = 0; i < sizeof(Number) / 2; ++i) std::swap(bytes[i], bytes[sizeof(Number) - 1 - i]);
  std::memcpy(&number, bytes, sizeof(Number));
  return number;
}

/// Appends a number to a file's bytes.
template <typename Number>
void putLittleEndian(Bytes& bytes, Number number) {
  const Number stored = littleEndian(number);
  const auto* from = reinterpret_cast<const std::uint8_t*>(&stored);
  bytes.insert(bytes.end(), from, from + sizeof(Number));
}

template <typename Number>
void putLittleEndian(Bytes& bytes, std::span<const Number> numbers) {
  for (const Number number : numbers) putLittleEndian(bytes, number);
}

/// Reads a number at the beginning of `from`, which holds at least `sizeof(Number)` bytes.
template <typename Number>
Number getLittleEndian(const std::uint8_t* from) {
  Number stored;
  std::memcpy(&stored, from, sizeof(Number));
  return littleEndian(stored);
}

/// Takes numbers off the beginning of `bytes`. @return false, with nothing changed, if there are fewer
template <typename Number>
bool takeLittleEndian(std::span<const std::uint8_t>& bytes, std::size_t count, std::vector<Number>& numbers) {
  if (bytes.size() / sizeof(Number) < count) return false;
  numbers.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    numbers[i] = getLittleEndian<Number>(bytes.data() + i * sizeof(Number));
  bytes = bytes.subspan(count * sizeof(Number));
  return true;
}

}  // namespace patchpilot
