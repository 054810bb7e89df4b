#pragma once

#include "base/random.h"

#include <cmath>

namespace patchpilot {

/// A number in [low, high) whose logarithm is uniformly distributed; `low` above 0.
inline double logUniform(double low, double high, SplitMix64& random) {
  return low * std::pow(high / low, random.uniform());
}

}  // namespace patchpilot
