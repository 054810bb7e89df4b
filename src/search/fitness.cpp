#include "search/fitness.h"

namespace patchpilot {

Individual Fitness::individual(Genome genome, Candidate candidate) const {
  Individual individual{std::move(genome), std::move(candidate)};
  const Candidate& own = individual.candidate;
  individual.cost = own.distance;
  if (hasCases_) {
    const ErrorCases cases = errorCases(target_.spectrum, own.spectrum, target_.lengthSeconds);
    individual.cases.assign(cases.begin(), cases.end());
    individual.cases.insert(individual.cases.end(), own.terms.begin(), own.terms.end());
  }
  if (cutRule_) individual.partCost = cutRule_->partCost(own.sound);
  return individual;
}

}  // namespace patchpilot
