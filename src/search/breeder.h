#pragma once

#include "search/mutation.h"
#include "search/recombination.h"
#include "search/search_space.h"

#include <vector>

namespace patchpilot {

/// The ways to make an offspring.
enum class Operator {
  smallMutation,
  largeMutation,
  crossover,      ///< often followed by a mutation
  differential,   ///< adds the difference of two other genomes
  symmetry,       ///< swaps equivalent groups, then crosses over
  noteLength,     ///< changes when the note is released, and sometimes a few parameters
  transposition,  ///< changes the note, and tunes some or all of the sound the other way
  count
};
inline constexpr std::size_t kOperators = std::size_t(Operator::count);

/// Whether offspring of this operator stay near their parent.
constexpr bool isLocal(Operator op) {
  return op == Operator::smallMutation || op == Operator::largeMutation || op == Operator::differential ||
         op == Operator::noteLength || op == Operator::transposition;
}

struct BreederOptions {
  std::vector<LockedParameter> locked;  ///< every offspring has these values
  std::vector<double> rates;            ///< modulation rates of the target in Hz, most likely first
  double longestSeconds = 0;            ///< upper limit of a note's length (`Operator::noteLength`)
};

/// Makes offspring of the patches of one synth. For equal random numbers and equal calls of `learn` it makes
/// equal offspring.
class Breeder {
 public:
  /// @param space     must outlive this
  /// @param defaults  the engine's defaults, one per parameter (`Engine::defaults`)
  Breeder(const ParameterSpace& space, std::vector<float> defaults, BreederOptions options = {});
  Breeder(const Breeder&) = delete;
  Breeder& operator=(const Breeder&) = delete;

  const SearchSpace& space() const { return space_; }
  const Recombination& recombination() const { return recombination_; }

  /// An offspring of `a`, audibly different from it if that can be had in a few attempts. Others that are
  /// played with another note are transposed to that of `a` first, if their tuning reaches so far.
  /// @param b, c  others, of the same synth and kind as `a`
  Genome offspring(Operator op, const Genome& a, const Genome& b, const Genome& c, SplitMix64& random) const;

  /// A genome and `count` mutants of it, small and large mutations in turn, all with the locked values.
  std::vector<Genome> around(const Genome& genome, std::size_t count, std::uint64_t seed) const;

  /// See `Mutation::learn`; for offspring of operators that are local.
  void learn(const Genome& parent, const Genome& offspring, double difference) {
    mutation_.learn(parent, offspring, difference);
  }

 private:
  void changeLength(Genome& genome, SplitMix64& random) const;
  void transpose(Genome& genome, SplitMix64& random) const;

  SearchSpace space_;
  Mutation mutation_;
  Recombination recombination_;
  double longestSeconds_;
};

}  // namespace patchpilot
