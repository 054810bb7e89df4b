#include "search/breeder.h"

#include "base/log_uniform.h"

#include <algorithm>
#include <array>
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

/// By how many semitones the note that is found in a sound is wrong, and how often, roughly: octaves, fifths
/// and fourths, or a semitone or two, which is where detuned oscillators lie.
struct Interval {
  int semitones;
  double share;
};
constexpr std::array<Interval, 9> kIntervals{
    {{12, 0.3}, {7, 0.15}, {5, 0.15}, {1, 0.1}, {2, 0.1}, {24, 0.05}, {3, 0.05}, {4, 0.05}, {19, 0.05}}};

/// Notes that are searched, and how often the sound as a whole is tuned the other way.
constexpr int kLowestNoteSearched = 24, kHighestNoteSearched = 108;
constexpr double kWholeTuned = 0.3;

int drawInterval(SplitMix64& random) {
  double left = random.uniform();
  for (const Interval& interval : kIntervals)
    if ((left -= interval.share) < 0) return interval.semitones;
  return kIntervals.front().semitones;
}

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

void Breeder::transpose(Genome& genome, SplitMix64& random) const {
  if (!genome.note) return;
  int interval = drawInterval(random) * (random.uniform() < 0.5 ? 1 : -1);
  const int note = *genome.note + interval;
  if (note < kLowestNoteSearched || note > kHighestNoteSearched) interval = -interval;
  const bool whole = random.uniform() < kWholeTuned;
  if (auto tuned = whole ? space_.transposed(genome, *genome.note + interval) : std::nullopt) {
    // It sounds as before: what has become possible at this note is tried at once.
    genome = std::move(*tuned);
    mutation_.mutate(genome, kAfterCrossover.least, kAfterCrossover.most, random);
    return;
  }
  space_.transposeParts(genome, interval, random);
  if (random.uniform() < kMutateToo) mutation_.mutate(genome, kWithLength.least, kWithLength.most, random);
}

Genome Breeder::offspring(Operator op, const Genome& a, const Genome& other, const Genome& third,
                          SplitMix64& random) const {
  Genome offspring = a;
  const auto atNote = [&](const Genome& genome) {
    return a.note && genome.note != a.note ? space_.transposed(genome, *a.note) : std::nullopt;
  };
  const std::optional<Genome> transposedOther = atNote(other), transposedThird = atNote(third);
  const Genome& b = transposedOther ? *transposedOther : other;
  const Genome& c = transposedThird ? *transposedThird : third;
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
    case Operator::transposition: transpose(offspring, random); break;
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
