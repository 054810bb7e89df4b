#include "search/selection.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace patchpilot {

namespace {

/// Rounds of the tournaments, and how often lexicase is used instead.
constexpr std::size_t kParentRounds = 3, kMateRounds = 2;
constexpr double kParentByLexicase = 0.5, kMateByLexicase = 0.7;

/// Lexicase counts as equal to the best an error up to this multiple of it, or up to this share of the way
/// from the best error to the quartile.
constexpr float kEqualFactor = 1.05f, kEqualShare = 0.3f;

constexpr int kPairAttempts = 16;

std::size_t select(const Population& population, double byLexicase, std::size_t rounds, SplitMix64& random) {
  return population.hasCases() && random.uniform() < byLexicase
             ? selectByLexicase(population, random)
             : selectByTournament(population, rounds, random);
}

/// Draws with `draw` until the individual can be recombined with `parent`.
template <typename Draw>
std::size_t selectCompatible(const Population& population, std::size_t parent, const Draw& draw) {
  for (int attempt = 0; attempt < kPairAttempts; ++attempt) {
    const std::size_t other = draw();
    if (other != parent && areCompatible(population[parent].genome, population[other].genome)) return other;
  }
  return parent;
}

}  // namespace

std::size_t selectByTournament(const Population& population, std::size_t rounds, SplitMix64& random) {
  std::size_t best = population.size();
  for (std::size_t i = 0; i < rounds; ++i)
    best = std::min<std::size_t>(best, random.below(population.size()));
  return best;
}

std::size_t selectByLexicase(const Population& population, SplitMix64& random) {
  std::vector<std::size_t> left(population.size());
  std::iota(left.begin(), left.end(), 0);
  std::vector<std::size_t> order(population.best().cases.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[random.below(i + 1)]);
  for (const std::size_t which : order) {
    std::vector<float> errors;
    for (const std::size_t i : left) errors.push_back(population[i].cases[which]);
    std::sort(errors.begin(), errors.end());
    const float best = errors.front(), quartile = errors[errors.size() / 4];
    const float limit = std::max(kEqualFactor * best, best + kEqualShare * (quartile - best));
    std::erase_if(left, [&](std::size_t i) { return population[i].cases[which] > limit; });
    if (left.size() == 1) break;
  }
  return left[random.below(left.size())];
}

std::size_t selectParent(const Population& population, SplitMix64& random) {
  return select(population, kParentByLexicase, kParentRounds, random);
}

std::size_t selectMate(const Population& population, std::size_t parent, SplitMix64& random) {
  return selectCompatible(population, parent,
                          [&] { return select(population, kMateByLexicase, kMateRounds, random); });
}

std::size_t selectAny(const Population& population, std::size_t parent, SplitMix64& random) {
  return selectCompatible(population, parent, [&] { return selectByTournament(population, 1, random); });
}

}  // namespace patchpilot
