#pragma once

#include "search/search_space.h"

#include <vector>

namespace patchpilot {

/// Operators that give a genome parts or differences of others. All genomes of one call are of the same synth
/// and kind: all presets, or all points of the space.
///
/// A space has sections (oscillator, filter, envelope), and parts that consist of sections
/// (`ParameterSpace::crossingsOrSections`). A part of a preset includes what no parameter reaches.
class Recombination {
 public:
  /// @param space  must outlive this
  explicit Recombination(const SearchSpace& space);

  /// Takes whole sections, or whole parts, of another genome. Names the sources of both.
  void crossOver(Genome& genome, const Genome& other, SplitMix64& random) const;

  /// Differential evolution (Storn and Price 1997): adds a share of `b - c` to some of the parameters.
  void addDifference(Genome& genome, const Genome& b, const Genome& c, SplitMix64& random) const;

  /// Swaps two groups of parameters that are equivalent (`Symmetry`), or copies one over the other.
  void swapGroups(Genome& genome, SplitMix64& random) const;

  /// Draws a subset of the parts: at least one, and not all.
  /// @return one flag per part; none is set if the space has fewer than two parts with parameters
  std::vector<bool> drawParts(SplitMix64& random) const;

  /// The genome with some parts of another, and with everything of it that belongs to no part.
  /// @param parts  one flag per part
  Genome grafted(const Genome& genome, const Genome& from, const std::vector<bool>& parts) const;

 private:
  void takePart(Genome& genome, const Genome& other, std::size_t part) const;

  const SearchSpace& space_;
  std::vector<Crossing> parts_;
  std::vector<int> partOf_;  ///< see `partsOfParameters`
};

}  // namespace patchpilot
