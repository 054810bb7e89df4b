#pragma once

#include "base/files.h"

#include <algorithm>

/// A small deterministic generator (SplitMix64), so that what a fuzz loop finds it finds again.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t below(std::uint64_t limit) {
    auto z = state_ += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return (z ^ z >> 31) % limit;
  }

 private:
  std::uint64_t state_;
};

/// Changes a few bytes: random ones, and runs of 0xFF where a size may stand.
inline patchpilot::Bytes damaged(patchpilot::Bytes bytes, Random& random) {
  for (auto i = random.below(4) + 1; i-- > 0 && !bytes.empty();) {
    const auto at =
        random.below(random.below(2) == 0 ? std::min<std::size_t>(bytes.size(), 128) : bytes.size());
    switch (random.below(4)) {
      case 0: bytes[at] = std::uint8_t(random.below(256)); break;
      case 1: bytes[at] ^= std::uint8_t(1u << random.below(8)); break;
      case 2:
        std::fill_n(bytes.begin() + std::ptrdiff_t(at), std::min<std::size_t>(8, bytes.size() - at), 0xFF);
        break;
      default: bytes.erase(bytes.begin() + std::ptrdiff_t(at)); break;
    }
  }
  return bytes;
}
