#pragma once

#include "base/files.h"

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

/// The bytes of an index, in memory or in a file: a `Header`, then parts that begin as `Layout` says.
namespace patchpilot::index_format {

using Hash = std::array<char, 32>;

template <typename T>
std::span<const std::uint8_t> bytesOf(std::span<const T> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}
template <typename T>
std::span<const std::uint8_t> bytesOf(std::span<T> values) {
  return bytesOf(std::span<const T>(values));
}

/// @return 32 hexadecimal digits
Hash hashOf(std::span<const std::uint8_t> bytes);

inline constexpr std::array<char, 8> kMagic = {'P', 'P', 'I', 'N', 'D', 'E', 'X', '2'};

/// So that a vector begins where a line of the processor's cache does.
inline constexpr std::size_t kAlignment = 64;

/// Numbers of neighbours for which `Header::probes` are fitted. Fewer than ten of 200 rows would say little.
inline constexpr std::array<std::size_t, 4> kAsked = {10, 50, 200, 500};

/// The first bytes of an index.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint64_t endianness = std::endian::native == std::endian::little ? 1 : 2;
  std::uint64_t rows = 0;
  std::uint64_t dimension = 0;
  std::uint64_t lists = 1;
  std::array<std::uint64_t, kAsked.size()> probes{};  ///< lists that are looked into for `kAsked` neighbours
  Hash library{};                                     ///< of what it was made from
  Hash head{};                                        ///< of everything before the vectors but this
};

/// Where everything lies, in bytes.
struct Layout {
  std::size_t centroids, ends, hashes, patches, notes, vectors, size;

  Layout(std::uint64_t rows, std::uint64_t dimension, std::uint64_t lists) {
    std::size_t at = sizeof(Header);
    const auto take = [&](std::size_t bytes) {
      const std::size_t begin = (at + kAlignment - 1) / kAlignment * kAlignment;
      at = begin + bytes;
      return begin;
    };
    centroids = take(lists * dimension * sizeof(float));
    ends = take(lists * sizeof(std::uint64_t));
    hashes = take(lists * sizeof(Hash));
    patches = take(rows * sizeof(std::int64_t));
    notes = take(rows * sizeof(std::int32_t));
    vectors = take(rows * dimension * sizeof(float));
    size = at;
  }
};

/// The parts of an index, for reading or for writing it.
template <typename Byte>
struct Parts {
  template <typename T>
  using Of = std::conditional_t<std::is_const_v<Byte>, const T, T>;

  explicit Parts(std::span<Byte> bytes)
      : bytes(bytes),
        header(reinterpret_cast<Of<Header>*>(bytes.data())),
        layout(header->rows, header->dimension, header->lists) {}

  template <typename T>
  std::span<Of<T>> part(std::size_t offset, std::size_t count) const {
    return {reinterpret_cast<Of<T>*>(bytes.data() + offset), count};
  }
  auto centroids() const { return part<float>(layout.centroids, header->lists * header->dimension); }
  auto ends() const { return part<std::uint64_t>(layout.ends, header->lists); }
  auto hashes() const { return part<Hash>(layout.hashes, header->lists); }
  auto patches() const { return part<std::int64_t>(layout.patches, header->rows); }
  auto notes() const { return part<std::int32_t>(layout.notes, header->rows); }
  auto vectors() const { return part<float>(layout.vectors, header->rows * header->dimension); }

  /// Rows that lie in a list. Of those that the library has, some may have no vector that can be used.
  std::size_t listed() const { return ends().back(); }

  std::size_t begin(std::size_t list) const { return list == 0 ? 0 : ends()[list - 1]; }
  auto list(std::size_t list) const {
    return vectors().subspan(begin(list) * header->dimension,
                             (ends()[list] - begin(list)) * header->dimension);
  }
  Hash listHash(std::size_t list) const { return hashOf(bytesOf(this->list(list))); }
  Hash headHash() const {
    Header plain = *header;
    plain.head = {};
    const auto rest = bytes.subspan(sizeof(Header), layout.vectors - sizeof(Header));
    const std::string both = contentHash(bytesOf(std::span(&plain, 1))) + contentHash(rest);
    return hashOf(bytesOf(std::span(both)));
  }

  std::span<Byte> bytes;
  Of<Header>* header;
  Layout layout;
};

/// Whether the bytes are the index that would be made now, as far as its head says.
/// @param wanted  of that index
bool isWhole(std::span<const std::uint8_t> bytes, const Header& wanted);

}  // namespace patchpilot::index_format
