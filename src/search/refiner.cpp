#include "search/refiner.h"

#include "base/error.h"
#include "search/archive.h"
#include "search/budget.h"
#include "search/genetic_searcher.h"
#include "search/modulation_rates.h"
#include "search/repeated_renders.h"
#include "search/trial_renderer.h"
#include "synth/variation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <optional>
#include <set>

namespace patchpilot {

namespace {

/// Presets that are searched. To read one from the synth takes as long as two renders.
constexpr std::size_t kMostPresets = 30;

/// How many of the best are rendered again if renders differ: this many, but no more than one in so many
/// renders.
constexpr std::size_t kRenderedAgain = 8, kRendersPerAgain = 10;

bool isNearer(const Candidate& a, const Candidate& b) { return a.distance < b.distance; }

class Refiner {
 public:
  Refiner(const Target& target, const Engines& engines, const RefineOptions& options,
          std::vector<std::string>& problems)
      : target_(target),
        engines_(engines),
        options_(options),
        problems_(problems),
        budget_({options.renders, options.seconds, options.stop}),
        cutRule_(options.objective.followsMss() && CutRule::appliesTo(target) ? std::optional<CutRule>(target)
                                                                              : std::nullopt),
        fitness_(target, options.objective, cutRule()),
        renderer_(target, options.objective, engines, options.velocity, cutRule(), options.stop),
        loop_(renderer_, budget_, options.onProgress, problems) {
    if (!options.locked.empty() && engines.size() != 1)
      throw Error(ExitCode::internal, "parameters are locked of one engine only");
  }

  std::vector<Candidate> run(std::vector<Candidate> candidates) {
    std::vector<Individual> starts = admit(std::move(candidates));
    if (starts.empty() && !notSearched_.empty()) return std::move(notSearched_);  // in order, as they came
    const std::optional<Individual> bestStart = bestOf(starts);
    const std::optional<double> noise = bestStart ? measureNoise(*bestStart) : std::nullopt;
    if (noise) budget_.reserve(std::min(kRenderedAgain, options_.renders / kRendersPerAgain));
    GeneticSearcher searcher(
        fitness_, cutRule(), breeders(), std::move(starts),
        {options_.seed, unrenderedGenomes(), target_.noteOpen, target_.lengthOpen, noise.value_or(0)});
    loop_.run(searcher);
    std::vector<Candidate> results = std::move(notSearched_);
    for (Candidate& candidate : searcher.take()) results.push_back(std::move(candidate));
    std::stable_sort(results.begin(), results.end(), isNearer);
    if (noise) {
      results = renderBestAgain(std::move(results), bestStart->candidate);
      loop_.report(searcher.best(), [&] { return results; });
    }
    return results;
  }

 private:
  const CutRule* cutRule() const { return cutRule_ ? &*cutRule_ : nullptr; }

  Genome genome(const Proposal& proposal) {
    Genome genome = genomeOf(proposal, *engines_[proposal.synth]);
    if (target_.noteOpen && !genome.note) genome.note = target_.note;
    if (target_.lengthOpen && !genome.lengthSeconds) genome.lengthSeconds = target_.lengthSeconds;
    return genome;
  }

  /// The candidates that are searched, nearest first. The others are put aside.
  std::vector<Individual> admit(std::vector<Candidate> candidates) {
    std::stable_sort(candidates.begin(), candidates.end(), isNearer);
    std::vector<Individual> starts;
    std::size_t presets = 0;
    for (Candidate& candidate : candidates) {
      const bool preset = candidate.proposal.patch.isPreset();
      const ParameterSpace& space = engines_[candidate.proposal.synth]->space();
      if (space.parameters.empty()) {
        if (unsearchable_.insert(space.name).second)
          problems_.push_back(
              fmt::format("space {} has no parameters: its patches are not refined", space.name));
        notSearched_.push_back(std::move(candidate));
        continue;
      }
      if (budget_.isStopped() || (preset && ++presets > kMostPresets)) {
        notSearched_.push_back(std::move(candidate));
        continue;
      }
      try {
        Genome own = genome(candidate.proposal);
        candidate.proposal.note = own.note;
        starts.push_back(fitness_.individual(std::move(own), std::move(candidate)));
      } catch (const Error& error) {
        problems_.push_back(fmt::format("{}: {}", candidate.proposal.origin, error.what()));
        notSearched_.push_back(std::move(candidate));
      }
    }
    return starts;
  }

  static std::optional<Individual> bestOf(const std::vector<Individual>& starts) {
    const auto best =
        std::min_element(starts.begin(), starts.end(),
                         [](const Individual& a, const Individual& b) { return a.cost < b.cost; });
    return best == starts.end() ? std::nullopt : std::optional<Individual>(*best);
  }

  std::deque<Breeder> breeders() const {
    const std::vector<double> rates = modulationRates(target_.spectrum, target_.lengthSeconds);
    std::deque<Breeder> breeders;
    for (const auto& engine : engines_)
      breeders.emplace_back(engine->space(), engine->defaults(),
                            BreederOptions{options_.locked, rates, target_.sound.seconds()});
    return breeders;
  }

  std::vector<Genome> unrenderedGenomes() {
    std::vector<Genome> genomes;
    for (const Proposal& proposal : options_.unrendered)
      if (!proposal.patch.isPreset()) genomes.push_back(genome(proposal));
    return genomes;
  }

  /// Renders a start once more. @return the difference in cost; none if both renders sound the same
  std::optional<double> measureNoise(const Individual& start) {
    if (budget_.isSpent()) return std::nullopt;
    const auto again = loop_.render({Trial{start.genome.proposal()}}).front().candidate;
    if (!again || mss(again->spectrum, start.candidate.spectrum) == 0) return std::nullopt;
    return std::abs(again->distance - start.cost);
  }

  /// @param ranked     nearest first
  /// @param bestStart  is put first if all others are farther
  std::vector<Candidate> renderBestAgain(std::vector<Candidate> ranked, const Candidate& bestStart) {
    if (budget_.isStopped() || ranked.empty()) return ranked;
    const std::size_t count = std::min({kRenderedAgain, budget_.leftWithReserve(), ranked.size()});
    std::vector<Trial> trials;
    for (std::size_t i = 0; i < count; ++i) trials.push_back({ranked[i].proposal});
    ranked = rankAgain(std::move(ranked), loop_.render(trials));
    if (ranked.front().distance <= bestStart.distance) return ranked;
    std::erase_if(ranked, [&](const Candidate& other) { return isSamePatch(other, bestStart); });
    ranked.insert(ranked.begin(), bestStart);
    return ranked;
  }

  const Target& target_;
  const Engines& engines_;
  const RefineOptions& options_;
  std::vector<std::string>& problems_;
  Budget budget_;
  std::optional<CutRule> cutRule_;
  Fitness fitness_;
  EngineRenderer renderer_;
  SearchLoop loop_;
  std::vector<Candidate> notSearched_;
  std::set<std::string> unsearchable_;  ///< names of spaces without parameters
};

}  // namespace

std::vector<Proposal> splitOff(std::vector<Proposal>& proposals, std::size_t count) {
  if (proposals.size() <= count) return {};
  const auto rest = proposals.begin() + std::ptrdiff_t(count);
  std::vector<Proposal> others(std::make_move_iterator(rest), std::make_move_iterator(proposals.end()));
  proposals.erase(rest, proposals.end());
  return others;
}

std::vector<Candidate> refine(const Target& target, std::vector<Candidate> starts, const Engines& engines,
                              const RefineOptions& options, std::vector<std::string>& problems) {
  return Refiner(target, engines, options, problems).run(std::move(starts));
}

}  // namespace patchpilot
