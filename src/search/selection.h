#pragma once

#include "base/random.h"
#include "search/population.h"

namespace patchpilot {

// Each of these selects an individual of a population that is not empty, and returns its index.

/// The best of `rounds` individuals drawn at random (tournament selection).
std::size_t selectByTournament(const Population& population, std::size_t rounds, SplitMix64& random);

/// Lexicase selection (Spector 2012) by `Individual::cases`: goes through the cases in random order and keeps
/// the individuals that are about as good as the best one in each. This also selects individuals that are
/// good in a few cases only, such as those with the right attack.
std::size_t selectByLexicase(const Population& population, SplitMix64& random);

/// A first parent, by tournament or by lexicase.
std::size_t selectParent(const Population& population, SplitMix64& random);

/// A second parent that can be recombined with `parent`, by tournament or by lexicase with less pressure.
/// @return `parent` itself if no other is found in a few attempts
std::size_t selectMate(const Population& population, std::size_t parent, SplitMix64& random);

/// The same, with equal chances for all.
std::size_t selectAny(const Population& population, std::size_t parent, SplitMix64& random);

}  // namespace patchpilot
