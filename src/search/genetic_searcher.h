#pragma once

#include "search/archive.h"
#include "search/breeder.h"
#include "search/fitness.h"
#include "search/operator_choice.h"
#include "search/polisher.h"
#include "search/population.h"
#include "search/searcher.h"
#include "search/stagnation.h"

#include <deque>
#include <optional>
#include <vector>

namespace patchpilot {

struct GeneticOptions {
  std::uint64_t seed = 1;
  std::vector<Genome> unrendered;  ///< points of a space, most likely first: second parents, not rendered
  bool searchNote = false;         ///< whether the note is searched for
  bool searchLength = false;       ///< whether the length of the note is searched for
  double noise = 0;                ///< spread of the cost between renders of one patch
};

/// A genetic search that starts several times:
/// 1. A run breeds generations (`Breeder`, `Population`) until it stagnates.
/// 2. The best of it is polished (`Polisher`).
/// 3. A second run begins at the starts, if they are points of a space with some parts of that best
///    (`graftStarts`), and is polished too.
/// 4. The populations of both runs are merged for a third run. After it the search continues with step 3.
class GeneticSearcher : public Searcher {
 public:
  /// Trials per generation: enough to keep several workers busy, and few enough that the next generation
  /// learns from them.
  static constexpr std::size_t kGeneration = 24;

  /// @param fitness   measures the candidates
  /// @param cutRule   null if renders are never cut; must outlive this
  /// @param breeders  one for each synth; their spaces must outlive this
  /// @param starts    measured by `fitness`, nearest first; their number is the population's size
  GeneticSearcher(Fitness fitness, const CutRule* cutRule, std::deque<Breeder> breeders,
                  std::vector<Individual> starts, GeneticOptions options);

  std::vector<Trial> ask(std::size_t most) override;
  void tell(std::span<Outcome> outcomes) override;
  std::optional<Standing> best() const override { return best_; }
  /// The archive, and the first of the starts.
  std::vector<Candidate> found() const override;
  std::vector<Candidate> take() override;

 private:
  enum class Phase { breeding, polishing, grafting };

  /// The genome of a trial.
  struct Offspring {
    Genome genome;
    std::size_t parent = 0;  ///< index in the population; for a graft, in the starts
    Operator op{};           ///< if it was bred
  };

  Trial& addTrial(Offspring offspring, std::vector<Trial>& trials);
  std::vector<Trial> askBreeders(std::size_t most);
  std::vector<Trial> askPolisher(std::size_t most);
  std::vector<Trial> askGrafts(std::size_t most);
  void tellBred(std::span<Outcome> outcomes);
  void tellPolished(std::span<Outcome> outcomes);
  void tellGrafts(std::span<Outcome> outcomes);

  void beginRun(std::vector<Individual> individuals);
  void beginPolishing();
  void endPolishing();
  void updateBest();
  const Genome* drawUnrendered(const Genome& parent, SplitMix64& random) const;
  double usefulWithin(double costToBeat) const;

  Fitness fitness_;
  const CutRule* cutRule_;
  std::deque<Breeder> breeders_;
  GeneticOptions options_;
  std::vector<Individual> starts_;  ///< nearest first
  Population population_;
  OperatorChoice operators_;
  Stagnation stagnation_;
  Archive archive_;
  std::vector<Candidate> polished_;  ///< the best of each run, when its polishing ended

  Phase phase_ = Phase::breeding;
  std::vector<Offspring> asked_;
  std::optional<Polisher> polisher_;
  MssSpectrum champion_;  ///< of the polisher
  double championCost_ = 0;
  std::vector<Individual> previous_;  ///< population of the run before this one, until they are merged
  std::optional<Standing> best_;
  std::uint64_t streams_ = 0;  ///< of random numbers that were used
};

}  // namespace patchpilot
