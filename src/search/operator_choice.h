#pragma once

#include "base/random.h"
#include "search/breeder.h"

#include <array>
#include <vector>

namespace patchpilot {

/// Adaptive operator selection (probability matching): operators whose offspring lately were better than
/// their parents are drawn more often.
class OperatorChoice {
 public:
  /// Each operator is drawn at least this often.
  static constexpr double kLeastShare = 0.08;

  /// @param operators  those that are drawn
  explicit OperatorChoice(std::vector<Operator> operators);

  Operator draw(SplitMix64& random) const;

  /// @param improved  whether the operator's offspring was better than its parent
  void learn(Operator op, bool improved);

 private:
  std::vector<Operator> operators_;
  std::array<double, kOperators> improved_, tried_;  ///< exponentially weighted counts
};

}  // namespace patchpilot
