#include "search/stagnation.h"

#include <algorithm>

namespace patchpilot {

namespace {

/// The share of the cost that counts as an improvement.
constexpr double kImprovement = 0.03;

/// A run may go on without improvement for this many generations, or for this share of those it has had.
constexpr std::size_t kPatience = 10;
constexpr double kPatienceShare = 0.3;

}  // namespace

void Stagnation::begin(double bestCost) {
  generations_ = lastImprovement_ = 0;
  lastCost_ = bestCost;
}

bool Stagnation::update(double bestCost) {
  ++generations_;
  if (bestCost < std::min((1 - kImprovement) * lastCost_, lastCost_ - noise_)) {
    lastCost_ = bestCost;
    lastImprovement_ = generations_;
  }
  return generations_ - lastImprovement_ >
         std::max(kPatience, std::size_t(kPatienceShare * double(generations_)));
}

}  // namespace patchpilot
