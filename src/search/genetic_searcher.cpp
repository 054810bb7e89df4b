#include "search/genetic_searcher.h"

#include "search/restart.h"
#include "search/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace patchpilot {

namespace {

/// How often an unrendered genome is the second parent.
constexpr double kUnrendered = 0.25;

/// Marks the origin of everything that the search has made.
constexpr const char* kRefined = ", refined";

/// Make the random numbers of polishing and grafting independent of those of breeding.
constexpr std::uint64_t kPolishSeed = 0x747269616c73, kGraftSeed = 0x677261667473;

/// How much two renders differ: MSS, which does not hear everything that the cost does (such as the level),
/// or what the difference of their costs is in MSS.
double difference(const Candidate& one, const MssSpectrum& other, double otherCost) {
  return std::max(mss(one.spectrum, other), mssOfDistance(std::abs(one.distance - otherCost)));
}

std::vector<Operator> operatorsFor(const GeneticOptions& options) {
  std::vector<Operator> operators;
  for (std::size_t i = 0; i < kOperators; ++i) {
    const Operator op = Operator(i);
    if (op == Operator::noteLength && !options.searchLength) continue;
    if (op == Operator::transposition && !options.searchNote) continue;
    operators.push_back(op);
  }
  return operators;
}

}  // namespace

GeneticSearcher::GeneticSearcher(Fitness fitness, const CutRule* cutRule, std::deque<Breeder> breeders,
                                 std::vector<Individual> starts, GeneticOptions options)
    : fitness_(std::move(fitness)),
      cutRule_(cutRule),
      breeders_(std::move(breeders)),
      options_(std::move(options)),
      starts_(std::move(starts)),
      population_(starts_.size(), fitness_.hasCases()),
      operators_(operatorsFor(options_)),
      stagnation_(options_.noise) {
  if (starts_.empty()) return;
  beginRun(starts_);
  updateBest();
}

std::vector<Trial> GeneticSearcher::ask(std::size_t most) {
  asked_.clear();
  if (population_.empty()) return {};
  if (phase_ == Phase::grafting) {
    std::vector<Trial> trials = askGrafts(most);
    if (!trials.empty()) return trials;
    phase_ = Phase::breeding;
  }
  return phase_ == Phase::polishing ? askPolisher(most) : askBreeders(std::min(most, kGeneration));
}

void GeneticSearcher::tell(std::span<Outcome> outcomes) {
  switch (phase_) {
    case Phase::breeding: tellBred(outcomes); break;
    case Phase::polishing: tellPolished(outcomes); break;
    case Phase::grafting: tellGrafts(outcomes); break;
  }
  updateBest();
}

Trial& GeneticSearcher::addTrial(Offspring offspring, std::vector<Trial>& trials) {
  std::string& origin = offspring.genome.origin;
  if (!origin.ends_with(kRefined)) origin += kRefined;
  trials.push_back({offspring.genome.proposal()});
  asked_.push_back(std::move(offspring));
  return trials.back();
}

std::vector<Trial> GeneticSearcher::askBreeders(std::size_t most) {
  std::vector<Trial> trials;
  while (trials.size() < most) {
    SplitMix64 random(options_.seed, streams_++);
    const std::size_t index = selectParent(population_, random);
    const Individual& parent = population_[index];
    const Genome* unrendered = drawUnrendered(parent.genome, random);
    const Genome& mate =
        unrendered ? *unrendered : population_[selectMate(population_, index, random)].genome;
    const Genome& third = population_[selectAny(population_, index, random)].genome;
    const Operator op = operators_.draw(random);
    const Breeder& breeder = breeders_[parent.genome.synth];
    Trial& trial = addTrial({breeder.offspring(op, parent.genome, mate, third, random), index, op}, trials);
    const double costToBeat = (isLocal(op) ? parent : population_.worst()).cost;
    if (cutRule_) trial.partLimit = CutRule::limit(parent.partCost, parent.cost, costToBeat);
    trial.keepWithin = trial.exactWithin = usefulWithin(costToBeat);
  }
  return trials;
}

/// A random one, the first ones more often; null if it cannot be recombined with `parent`, or mostly.
const Genome* GeneticSearcher::drawUnrendered(const Genome& parent, SplitMix64& random) const {
  const auto& genomes = options_.unrendered;
  if (random.uniform() >= kUnrendered || genomes.empty() || parent.isPreset()) return nullptr;
  const Genome& drawn = genomes[std::min(random.below(genomes.size()), random.below(genomes.size()))];
  return drawn.synth == parent.synth ? &drawn : nullptr;
}

/// The cost up to which a candidate may enter the population or the archive.
double GeneticSearcher::usefulWithin(double costToBeat) const {
  return std::max(costToBeat, archive_.limit());
}

void GeneticSearcher::tellBred(std::span<Outcome> outcomes) {
  std::vector<Population::Local> locals;
  std::vector<Individual> others;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    auto& [genome, parentIndex, op] = asked_[i];
    std::optional<Candidate>& candidate = outcomes[i].candidate;
    const Individual& parent = population_[parentIndex];
    const double cost = candidate ? candidate->distance : std::numeric_limits<double>::infinity();
    operators_.learn(op, cost < parent.cost);
    if (!candidate) continue;
    archive_.add(*candidate);
    if (isLocal(op))
      breeders_[genome.synth].learn(parent.genome, genome,
                                    difference(*candidate, parent.candidate.spectrum, parent.cost));
    if (cost >= (isLocal(op) ? parent : population_.worst()).cost) continue;
    Individual individual = fitness_.individual(std::move(genome), std::move(*candidate));
    if (isLocal(op)) locals.push_back({parentIndex, std::move(individual)});
    else others.push_back(std::move(individual));
  }
  population_.replace(std::move(locals), std::move(others));
  if (stagnation_.update(population_.best().cost)) beginPolishing();
}

void GeneticSearcher::beginPolishing() {
  const Individual& best = population_.best();
  polisher_.emplace(breeders_[best.genome.synth].space(), best.genome,
                    Polisher::Champion{best.cost, best.candidate.mss}, kGeneration);
  champion_ = best.candidate.spectrum;
  championCost_ = best.cost;
  phase_ = Phase::polishing;
}

std::vector<Trial> GeneticSearcher::askPolisher(std::size_t most) {
  SplitMix64 random(options_.seed ^ kPolishSeed, streams_++);
  std::vector<Trial> trials;
  for (Genome& genome : polisher_->ask(random)) {
    if (trials.size() == most) break;
    addTrial({std::move(genome)}, trials).keepWithin = usefulWithin(population_.best().cost);
  }
  return trials;
}

void GeneticSearcher::tellPolished(std::span<Outcome> outcomes) {
  std::vector<std::optional<Polisher::Score>> scores;
  for (const auto& [candidate, wasCut, problem] : outcomes) {
    scores.emplace_back();
    if (candidate) scores.back() = {candidate->distance, difference(*candidate, champion_, championCost_)};
  }
  polisher_->tell(scores);
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!scores[i]) continue;
    Candidate& candidate = *outcomes[i].candidate;
    candidate.proposal.withoutEffect = polisher_->withoutEffect();
    archive_.add(candidate);
    if (!best || scores[i]->cost < scores[*best]->cost) best = i;
  }
  if (best && scores[*best]->cost < population_.best().cost)
    population_.replaceBest(
        fitness_.individual(std::move(asked_[*best].genome), std::move(*outcomes[*best].candidate)));
  if (polisher_->isDone()) endPolishing();
}

void GeneticSearcher::endPolishing() {
  polisher_.reset();
  polished_.push_back(population_.best().candidate);
  if (!previous_.empty()) {
    beginRun(mergePopulations(population_.take(), std::exchange(previous_, {}), population_.capacity()));
    return;
  }
  previous_ = population_.take();
  beginRun(starts_);
  // Presets gain more if they start again unchanged (docs/benchmarks.md).
  if (!previous_.front().genome.isPreset()) phase_ = Phase::grafting;
}

std::vector<Trial> GeneticSearcher::askGrafts(std::size_t most) {
  const Genome& best = previous_.front().genome;
  SplitMix64 random(options_.seed ^ kGraftSeed, streams_++);
  std::vector<Trial> trials;
  for (auto& [start, genome] :
       graftStarts(breeders_[best.synth].recombination(), starts_, best, most, random))
    addTrial({std::move(genome), start}, trials);
  return trials;
}

void GeneticSearcher::tellGrafts(std::span<Outcome> outcomes) {
  std::vector<Individual> individuals = starts_;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (auto& candidate = outcomes[i].candidate)
      individuals[asked_[i].parent] = fitness_.individual(std::move(asked_[i].genome), std::move(*candidate));
  beginRun(std::move(individuals));
}

void GeneticSearcher::beginRun(std::vector<Individual> individuals) {
  population_.assign(std::move(individuals));
  stagnation_.begin(population_.best().cost);
  phase_ = Phase::breeding;
}

void GeneticSearcher::updateBest() {
  const Individual& now = population_.best();
  if (!best_ || now.cost < best_->cost) best_ = {now.cost, now.candidate.mss};
}

std::vector<Candidate> GeneticSearcher::found() const {
  std::vector<Candidate> found = archive_.candidates();
  for (std::size_t i = 0; i < std::min(starts_.size(), Archive::kCapacity); ++i)
    found.push_back(starts_[i].candidate);
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
  return found;
}

std::vector<Candidate> GeneticSearcher::take() {
  std::vector<Candidate> all = std::exchange(polished_, {});
  std::vector<Individual> last = population_.take();
  for (auto* individuals : {&starts_, &last})
    for (Individual& individual : *individuals)
      if (!archive_.contains(individual.candidate)) all.push_back(std::move(individual.candidate));
  for (Candidate& candidate : archive_.take()) all.push_back(std::move(candidate));
  return all;
}

}  // namespace patchpilot
