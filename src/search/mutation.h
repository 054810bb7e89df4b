#pragma once

#include "search/search_space.h"

#include <map>
#include <vector>

namespace patchpilot {

/// Mutation of a genome: a few parameters move by a random step. Parameters whose changes were heard before
/// are chosen more often.
class Mutation {
 public:
  /// @param space  must outlive this
  /// @param rates  modulation rates of the target in Hz, most likely first. When the rate of an LFO is
  ///               mutated, it is often set to one of them
  Mutation(const SearchSpace& space, const std::vector<double>& rates);

  /// Moves 1 to 12 parameters. The deviation of the steps, in parts of a parameter's range, is drawn
  /// log-uniformly from [least, most].
  void mutate(Genome& genome, double least, double most, SplitMix64& random) const;

  /// Learns what a change of parameters does.
  /// @param difference  MSS between the renders of `parent` and `offspring`
  void learn(const Genome& parent, const Genome& offspring, double difference);

 private:
  std::size_t drawParameter(const Genome& genome, SplitMix64& random) const;
  bool setTargetRate(Genome& genome, std::size_t parameter, SplitMix64& random) const;

  struct LfoRate {
    std::vector<float> values;  ///< of the rate parameter, one per rate of the target that it can reach
    std::vector<std::size_t> depths;
  };

  const SearchSpace& space_;
  std::map<std::size_t, LfoRate> lfoRates_;  ///< by rate parameter
  std::vector<double> effects_;              ///< running mean of each parameter's effect, 0 to 1
};

}  // namespace patchpilot
