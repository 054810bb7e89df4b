#pragma once

#include <cstdint>
#include <span>

namespace patchpilot {

/// 64-bit checksum (XXH3) that tells damaged bytes. Not for security.
std::uint64_t checksum(std::span<const std::uint8_t> bytes);

}  // namespace patchpilot
