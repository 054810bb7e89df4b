#pragma once

#include "search/cmaes.h"
#include "search/search_space.h"

#include <optional>
#include <span>
#include <vector>

namespace patchpilot {

/// Fine-tunes one genome, the champion, by ask and tell, in the parameters that change its sound:
/// 1. Probing: the champion is rendered once more, then once with each searchable parameter moved. Parameters
///    without effect are left out from then on.
/// 2. Separable CMA-ES over the others. The first deviations are small for parameters of large effect.
class Polisher {
 public:
  /// What came of a genome.
  struct Score {
    double cost = 0;
    double difference = 0;  ///< between its render and the champion's, in units of MSS
  };

  /// How far the champion is from the target.
  struct Champion {
    double cost = 0;
    double mss = 0;
  };

  /// @param space       must outlive this
  /// @param population  genomes per call of `ask`
  Polisher(const SearchSpace& space, Genome champion, Champion distances, std::size_t population);

  /// The next genomes to render: `population`, or fewer while probing.
  std::vector<Genome> ask(SplitMix64& random);

  /// @param scores  of the genomes that were asked for last, in order; none for one that could not be
  ///                rendered. The last ones may be left out
  void tell(std::span<const std::optional<Score>> scores);

  bool isProbing() const { return !search_; }

  /// Whether no more improvement is expected.
  bool isDone() const { return done_; }

  /// The parameters that were found not to change the sound; empty while probing.
  const std::vector<std::size_t>& withoutEffect() const { return withoutEffect_; }

 private:
  /// Where the genome of the same index in the last batch came from.
  struct Asked {
    std::size_t probed = 0;  ///< parameter, or `kNoParameter` for the champion itself
    std::vector<double> x;   ///< after probing: the point that CMA-ES drew
  };

  void tellProbes(std::span<const std::optional<Score>> scores);
  void tellSearch(std::span<const std::optional<Score>> scores);
  void beginSearch();

  const SearchSpace& space_;
  Genome champion_;
  Champion start_;
  double bestCost_;
  std::size_t population_;
  std::vector<Asked> asked_;
  std::vector<std::size_t> toProbe_;
  std::vector<double> differences_;  ///< by parameter, of its probe; infinite if it has no score
  double noise_ = 0;                 ///< difference between two renders of the champion
  std::vector<std::size_t> searched_, withoutEffect_;
  std::optional<SeparableCmaEs> search_;
  int idleGenerations_ = 0;  ///< since the last improvement
  bool done_ = false;
};

}  // namespace patchpilot
