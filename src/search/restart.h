#pragma once

#include "search/individual.h"
#include "search/recombination.h"

#include <vector>

namespace patchpilot {

/// A start with some parts of the best patch.
struct Graft {
  std::size_t start = 0;  ///< index
  Genome genome;
};

/// Makes the population of a new run from the starts. All of them take the same parts of the best so far,
/// drawn at random. The run keeps what is right in these parts and searches the others again: in the best
/// patch, a wrong filter with an envelope fitted to it keeps the search from the right filter.
/// @param best  a point of the space; only starts that can be recombined with it are grafted
/// @param most  upper limit of the number of grafts
/// @return none if the space has fewer than two parts
std::vector<Graft> graftStarts(const Recombination& recombination, const std::vector<Individual>& starts,
                               const Genome& best, std::size_t most, SplitMix64& random);

/// The best of two populations, taken from each in turn.
/// @param one, other  sorted by cost
/// @param capacity    upper limit of the result's size
std::vector<Individual> mergePopulations(std::vector<Individual> one, std::vector<Individual> other,
                                         std::size_t capacity);

}  // namespace patchpilot
