#include "library/vector_index_format.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace patchpilot::index_format {

Hash hashOf(std::span<const std::uint8_t> bytes) {
  Hash hash;
  std::memcpy(hash.data(), contentHash(bytes).data(), hash.size());
  return hash;
}

bool isWhole(std::span<const std::uint8_t> bytes, const Header& wanted) {
  if (bytes.size() < sizeof(Header)) return false;
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto what = [](const Header& h) {
    return std::tie(h.magic, h.endianness, h.rows, h.dimension, h.lists, h.library);
  };
  if (what(header) != what(wanted) || std::ranges::max(header.probes) > header.lists) return false;
  const Parts<const std::uint8_t> parts(bytes);
  return parts.layout.size == bytes.size() && parts.headHash() == header.head;
}

}  // namespace patchpilot::index_format
