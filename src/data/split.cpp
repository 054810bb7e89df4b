#include "data/split.h"

#include "base/random.h"

#include <algorithm>

namespace patchpilot {

namespace {

double placeOf(std::uint64_t family, std::uint64_t seed) { return SplitMix64(seed, family).uniform(); }

}  // namespace

Split split(std::span<const std::uint64_t> families, double share, std::uint64_t seed) {
  double lowest = 1, highest = 0;
  for (const std::uint64_t family : families) {
    lowest = std::min(lowest, placeOf(family, seed));
    highest = std::max(highest, placeOf(family, seed));
  }
  const bool two = lowest < highest && share > 0 && share < 1;
  Split result;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const double place = placeOf(families[i], seed);
    const bool validation = two && place == lowest ? true : two && place == highest ? false : place < share;
    (validation ? result.validation : result.training).push_back(i);
  }
  return result;
}

}  // namespace patchpilot
