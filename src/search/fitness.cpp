#include "search/fitness.h"

namespace patchpilot {

double Fitness::cost(const Candidate& candidate) const {
  return objective_ ? objective_(candidate) : candidate.mss;
}

Individual Fitness::individual(Genome genome, Candidate candidate) const {
  Individual individual{std::move(genome), std::move(candidate)};
  individual.cost = cost(individual.candidate);
  // Cases are parts of MSS. Another objective may prefer what they punish.
  if (isMss())
    individual.cases = errorCases(target_.spectrum, individual.candidate.spectrum, target_.lengthSeconds);
  if (cutRule_) individual.partCost = cutRule_->partCost(individual.candidate.sound);
  return individual;
}

}  // namespace patchpilot
