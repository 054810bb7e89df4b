#pragma once

#include "listen/objective.h"
#include "listen/target.h"
#include "search/cut_rule.h"
#include "search/individual.h"

namespace patchpilot {

/// Measures the individuals of the search.
class Fitness {
 public:
  /// @param target     must outlive this
  /// @param objective  by which the candidates were measured
  /// @param cutRule    null if renders are never cut; must outlive this
  Fitness(const Target& target, const Objective& objective, const CutRule* cutRule)
      : target_(target), hasCases_(objective.followsMss()), cutRule_(cutRule) {}

  /// Whether individuals have cases: those of `errorCases`, which are parts of MSS, and the other metrics
  /// that the objective is made of. An objective without MSS may prefer what the parts of MSS punish.
  bool hasCases() const { return hasCases_; }

  /// @param candidate  with its sound
  Individual individual(Genome genome, Candidate candidate) const;

 private:
  const Target& target_;
  bool hasCases_;
  const CutRule* cutRule_;
};

}  // namespace patchpilot
