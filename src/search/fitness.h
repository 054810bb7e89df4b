#pragma once

#include "listen/objective.h"
#include "listen/target.h"
#include "search/cut_rule.h"
#include "search/individual.h"

namespace patchpilot {

/// Measures candidates for the search.
class Fitness {
 public:
  /// @param target     must outlive this
  /// @param objective  MSS if empty
  /// @param cutRule    null if renders are never cut; must outlive this
  Fitness(const Target& target, Objective objective, const CutRule* cutRule)
      : target_(target), objective_(std::move(objective)), cutRule_(cutRule) {}

  bool isMss() const { return !objective_; }
  double cost(const Candidate& candidate) const;

  /// @param candidate  with its sound
  Individual individual(Genome genome, Candidate candidate) const;

 private:
  const Target& target_;
  Objective objective_;
  const CutRule* cutRule_;
};

}  // namespace patchpilot
