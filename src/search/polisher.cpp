#include "search/polisher.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace patchpilot {

namespace {

constexpr std::size_t kNoParameter = std::size_t(-1);

/// How far a probe moves a parameter, in parts of its range: far enough that any effect is heard.
constexpr double kProbeMove = 0.2;

/// A probe has no effect if it differs from the champion by no more than this MSS plus this multiple of the
/// difference between two renders of the champion.
constexpr double kLeastEffect = 0.02, kNoiseFactor = 1.2;

/// The first deviations are such that all parameters, moved by one deviation each, change the sound by this
/// share of the champion's distance to the target (MSS, as the effects are), if their effects are as those of
/// the probes.
constexpr double kFirstMove = 0.4;
constexpr double kLeastDeviation = 0.002, kMostDeviation = 0.15;

/// The search ends after this many generations without improvement, or at this width. The best of a run that
/// has stagnated is often a local optimum: a point of a space, which needs few probes, is then given up
/// earlier.
constexpr int kFirstIdleGenerations = 3, kIdleGenerations = 8;
constexpr double kLeastWidth = 0.05;

/// The share of the cost that counts as an improvement of the champion.
constexpr double kLeastGain = 0.01;

}  // namespace

Polisher::Polisher(const SearchSpace& space, Genome champion, Champion distances, std::size_t population)
    : space_(space),
      champion_(std::move(champion)),
      start_(distances),
      bestCost_(distances.cost),
      population_(population),
      toProbe_(space_.searchable(champion_)),
      differences_(champion_.values.size(), std::numeric_limits<double>::infinity()) {
  toProbe_.insert(toProbe_.begin(), kNoParameter);
}

std::vector<Genome> Polisher::ask(SplitMix64& random) {
  asked_.clear();
  std::vector<Genome> genomes;
  if (search_) {
    while (genomes.size() < population_) {
      std::vector<double> x = search_->draw(random);
      genomes.push_back(space_.withValues(champion_, searched_, x));
      asked_.push_back({kNoParameter, std::move(x)});
    }
    return genomes;
  }
  const auto end = toProbe_.begin() + std::ptrdiff_t(std::min(population_, toProbe_.size()));
  for (auto parameter = toProbe_.begin(); parameter != end; ++parameter) {
    genomes.push_back(*parameter == kNoParameter ? champion_
                                                 : space_.moved(champion_, *parameter, kProbeMove, random));
    asked_.push_back({*parameter, {}});
  }
  toProbe_.erase(toProbe_.begin(), end);
  return genomes;
}

void Polisher::tell(std::span<const std::optional<Score>> scores) {
  if (search_) tellSearch(scores);
  else tellProbes(scores);
}

void Polisher::tellProbes(std::span<const std::optional<Score>> scores) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!scores[i]) continue;
    bestCost_ = std::min(bestCost_, scores[i]->cost);
    const std::size_t parameter = asked_[i].probed;
    (parameter == kNoParameter ? noise_ : differences_[parameter]) = scores[i]->difference;
  }
  if (toProbe_.empty()) beginSearch();
}

void Polisher::tellSearch(std::span<const std::optional<Score>> scores) {
  std::vector<SeparableCmaEs::Point> points;
  double best = bestCost_;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!scores[i]) continue;
    points.push_back({std::move(asked_[i].x), scores[i]->cost});
    best = std::min(best, scores[i]->cost);
  }
  search_->learn(std::move(points));
  idleGenerations_ = best < bestCost_ ? 0 : idleGenerations_ + 1;
  bestCost_ = best;
  const bool hopeful = champion_.isPreset() || bestCost_ < (1 - kLeastGain) * start_.cost;
  done_ = idleGenerations_ >= (hopeful ? kIdleGenerations : kFirstIdleGenerations) ||
          search_->width() < kLeastWidth;
}

void Polisher::beginSearch() {
  const double threshold = kLeastEffect + kNoiseFactor * noise_;
  for (const std::size_t i : space_.searchable(champion_))
    (differences_[i] > threshold ? searched_ : withoutEffect_).push_back(i);
  if (searched_.empty()) {
    done_ = true;
    search_.emplace(std::vector<double>{}, std::vector<double>{}, population_);
    return;
  }
  const double each = kFirstMove * start_.mss / std::sqrt(double(searched_.size()));
  std::vector<double> mean, deviations;
  for (const std::size_t i : searched_) {
    mean.push_back(champion_.values[i]);
    deviations.push_back(std::clamp(each * kProbeMove / differences_[i], kLeastDeviation, kMostDeviation));
  }
  search_.emplace(std::move(mean), std::move(deviations), population_);
}

}  // namespace patchpilot
