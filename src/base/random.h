#pragma once

#include <cmath>
#include <cstdint>

namespace patchpilot {

/// SplitMix64 (Steele, Lea, Flood 2014): a generator that can be started anywhere.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t state) : state_(state) {}

  /// The stream of one index of a seed: no two are alike, and none depends on another having been drawn.
  SplitMix64(std::uint64_t seed, std::uint64_t index)
      : state_(SplitMix64(seed).next() ^ SplitMix64(index).next()) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ull;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }

  /// In [0, 1).
  double uniform() { return double(next() >> 11) * 0x1p-53; }

  /// A whole number in [0, limit), limit above 0.
  std::uint64_t below(std::uint64_t limit) { return std::uint64_t(uniform() * double(limit)); }

  /// Mean 0, deviation 1 (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * 3.14159265358979323846 * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace patchpilot
