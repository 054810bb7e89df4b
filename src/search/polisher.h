#pragma once

#include "search/cmaes.h"
#include "search/search_space.h"

namespace patchpilot {

/// Improves one patch in the parameters that change its sound. It is probed first: every parameter is moved
/// once, and those that do nothing are left alone from then on. Then the others are searched together, with
/// steps that are small where a parameter does much.
class Polisher {
 public:
  /// What to render next for a patch.
  struct Trial {
    Genome genome;
    std::optional<std::size_t> probed;  ///< the parameter that was moved
    std::vector<double> x;              ///< where it was drawn, in the parameters searched
  };

  /// What came out of it. `difference` is the MSS between its render and the champion's.
  struct Outcome {
    const Trial* trial = nullptr;
    double cost = 0;
    double difference = 0;
  };

  /// @param population  trials in a batch
  Polisher(const SearchSpace& space, Genome champion, double cost, std::size_t population);

  std::vector<Trial> next(SplitMix64& random);
  void learn(const std::vector<Outcome>& outcomes);

  /// Whether it is still being probed: too early to judge it by.
  bool isProbing() const { return !search_; }

  /// Nothing more is to be expected.
  bool isDone() const { return done_; }

  /// The parameters that do nothing to the sound; empty while it is being probed.
  const std::vector<std::size_t>& withoutEffect() const { return withoutEffect_; }

 private:
  void beginSearch();

  const SearchSpace& space_;
  Genome champion_;
  double startCost_;
  double best_;
  std::size_t population_;
  std::vector<std::size_t> queue_;  ///< parameters to probe; `kNothing` renders the champion again
  std::vector<double>
      differences_;    ///< between each probe and the champion, in MSS; infinite until it is heard
  double spread_ = 0;  ///< of the champion rendered twice
  std::vector<std::size_t> searched_, withoutEffect_;
  std::optional<SeparableCmaEs> search_;
  int idle_ = 0;  ///< generations without a better one
  bool done_ = false;
};

}  // namespace patchpilot
