#include "search/operator_choice.h"

#include <utility>

namespace patchpilot {

namespace {

/// The weight of an operator's earlier offspring after one more.
constexpr double kForget = 0.98;

}  // namespace

OperatorChoice::OperatorChoice(std::vector<Operator> operators) : operators_(std::move(operators)) {
  improved_.fill(1);
  tried_.fill(1);
}

Operator OperatorChoice::draw(SplitMix64& random) const {
  double total = 0;
  for (const Operator op : operators_) total += improved_[std::size_t(op)] / tried_[std::size_t(op)];
  const double free = 1 - kLeastShare * double(operators_.size());
  double left = random.uniform();
  for (const Operator op : operators_) {
    const std::size_t i = std::size_t(op);
    if ((left -= kLeastShare + free * improved_[i] / tried_[i] / total) < 0) return op;
  }
  return operators_.front();
}

void OperatorChoice::learn(Operator op, bool improved) {
  double& successes = improved_[std::size_t(op)];
  double& tries = tried_[std::size_t(op)];
  successes = kForget * successes + (improved ? 1 : 0);
  tries = kForget * tries + 1;
}

}  // namespace patchpilot
