#pragma once

#include <cstddef>

namespace patchpilot {

/// Decides when a run of the genetic search has stagnated: its best cost has not improved by a few percent
/// for a number of generations, which grows with the length of the run.
class Stagnation {
 public:
  /// @param noise  spread of the cost between renders of one patch; a smaller improvement is none
  explicit Stagnation(double noise) : noise_(noise) {}

  /// Begins a run. @param bestCost  of its first population
  void begin(double bestCost);

  /// Ends a generation.
  /// @param bestCost  least cost in the population
  /// @return whether the run has stagnated
  bool update(double bestCost);

 private:
  double noise_;
  double lastCost_ = 0;              ///< at the last improvement
  std::size_t lastImprovement_ = 0;  ///< its generation
  std::size_t generations_ = 0;
};

}  // namespace patchpilot
