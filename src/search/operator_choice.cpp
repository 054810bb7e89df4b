#include "search/operator_choice.h"

namespace patchpilot {

namespace {

/// The weight of an operator's earlier offspring after one more.
constexpr double kForget = 0.98;

}  // namespace

OperatorChoice::OperatorChoice(std::size_t count) : count_(count) {
  improved_.fill(1);
  tried_.fill(1);
}

Operator OperatorChoice::draw(SplitMix64& random) const {
  double total = 0;
  for (std::size_t i = 0; i < count_; ++i) total += improved_[i] / tried_[i];
  double left = random.uniform();
  for (std::size_t i = 0; i < count_; ++i)
    if ((left -= kLeastShare + (1 - kLeastShare * double(count_)) * improved_[i] / tried_[i] / total) < 0)
      return Operator(i);
  return Operator(0);
}

void OperatorChoice::learn(Operator op, bool improved) {
  double& successes = improved_[std::size_t(op)];
  double& tries = tried_[std::size_t(op)];
  successes = kForget * successes + (improved ? 1 : 0);
  tries = kForget * tries + 1;
}

}  // namespace patchpilot
