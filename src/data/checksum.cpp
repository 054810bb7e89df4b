#include "data/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace patchpilot {

std::uint64_t checksum(std::span<const std::uint8_t> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace patchpilot
