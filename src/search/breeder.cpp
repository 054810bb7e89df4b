#include "search/breeder.h"

#include "search/log_uniform.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// A range of deviations, in parts of a parameter's range.
struct Deviations {
  double least, most;
};
constexpr Deviations kSmall{0.004, 0.06}, kLarge{0.06, 0.5}, kAfterCrossover{0.02, 0.3},
    kWithLength{0.004, 0.3}, kUntilHeard{0.02, 0.3};

/// How often a mutation follows a crossover, or a change of the note's length.
constexpr double kMutateToo = 0.5;

/// How often an offspring that sounds as its parent is mutated again.
constexpr int kAttempts = 20;

/// The length of a note is sometimes drawn anew, otherwise multiplied by a log-normal factor whose deviation
/// is in this range.
constexpr double kDrawLength = 0.3, kLeastLengthDeviation = 0.003, kMostLengthDeviation = 0.3;
constexpr double kShortestSeconds = 0.02;

}  // namespace

Breeder::Breeder(const ParameterSpace& space, std::vector<float> defaults, BreederOptions options)
    : space_(space, std::move(defaults), std::move(options.locked)),
      mutation_(space_, options.rates),
      recombination_(space_),
      longestSeconds_(options.longestSeconds) {}

void Breeder::changeLength(Genome& genome, SplitMix64& random) const {
  if (!genome.lengthSeconds || longestSeconds_ <= kShortestSeconds) return;
  double& length = *genome.lengthSeconds;
  if (random.uniform() < kDrawLength) {
    length = logUniform(kShortestSeconds, longestSeconds_, random);
  } else {
    const double deviation = logUniform(kLeastLengthDeviation, kMostLengthDeviation, random);
    length *= std::exp(deviation * random.normal());
  }
  length = std::clamp(length, kShortestSeconds, longestSeconds_);
  if (random.uniform() < kMutateToo) mutation_.mutate(genome, kWithLength.least, kWithLength.most, random);
}

Genome Breeder::offspring(Operator op, const Genome& a, const Genome& b, const Genome& c,
                          SplitMix64& random) const {
  Genome offspring = a;
  const auto mutate = [&](Deviations range) { mutation_.mutate(offspring, range.least, range.most, random); };
  switch (op) {
    case Operator::smallMutation: mutate(kSmall); break;
    case Operator::largeMutation: mutate(kLarge); break;
    case Operator::crossover:
      recombination_.crossOver(offspring, b, random);
      if (random.uniform() < kMutateToo) mutate(kAfterCrossover);
      break;
    case Operator::differential: recombination_.addDifference(offspring, b, c, random); break;
    case Operator::symmetry:
      recombination_.swapGroups(offspring, random);
      recombination_.crossOver(offspring, b, random);
      break;
    case Operator::noteLength: changeLength(offspring, random); break;
    case Operator::count: break;
  }
  space_.lock(offspring);
  for (int attempt = 0; attempt < kAttempts && !space_.differAudibly(offspring, a); ++attempt) {
    mutate(kUntilHeard);
    space_.lock(offspring);
  }
  return offspring;
}

std::vector<Genome> Breeder::around(const Genome& genome, std::size_t count, std::uint64_t seed) const {
  std::vector<Genome> genomes{genome};
  space_.lock(genomes.front());
  for (std::size_t i = 0; i < count; ++i) {
    SplitMix64 random(seed, i);
    const Genome& first = genomes.front();
    genomes.push_back(offspring(i % 2 == 0 ? Operator::smallMutation : Operator::largeMutation, first, first,
                                first, random));
  }
  return genomes;
}

}  // namespace patchpilot
