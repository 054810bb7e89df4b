#include "search/polisher.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace patchpilot {

namespace {

constexpr std::size_t kNothing = std::size_t(-1);

/// How far a probe moves a parameter, in parts of its range: far enough that what does anything is heard.
constexpr double kProbeMove = 0.2;

/// A probe that differs no more than this from the champion, in MSS, has changed nothing; and where the
/// synth's own renders differ, than so many times that.
constexpr double kLeastEffect = 0.02, kSpreads = 1.2;

/// What all parameters moved together by one deviation are to do at first, in parts of the champion's cost,
/// if each does what its probe did.
constexpr double kFirstMove = 0.4;
constexpr double kLeastDeviation = 0.002, kMostDeviation = 0.15;

/// It ends after so many generations without a better one, or when it draws as narrowly as this. What a run
/// has left at rest is often the best of its surroundings: then of a patch of a space, which took few probes,
/// fewer are enough.
constexpr int kFirstIdleGenerations = 3, kIdleGenerations = 8;
constexpr double kLeastWidth = 0.05;

/// A share of the cost that counts as a gain.
constexpr double kLeastGain = 0.01;

}  // namespace

Polisher::Polisher(const SearchSpace& space, Genome champion, double cost, std::size_t population)
    : space_(space),
      champion_(std::move(champion)),
      startCost_(cost),
      best_(cost),
      population_(population),
      differences_(champion_.values.size(), std::numeric_limits<double>::infinity()) {
  queue_ = space_.searchable(champion_);
  queue_.insert(queue_.begin(), kNothing);
}

std::vector<Polisher::Trial> Polisher::next(SplitMix64& random) {
  std::vector<Trial> trials;
  while (trials.size() < population_) {
    if (search_) {
      std::vector<double> x = search_->draw(random);
      Genome genome = space_.withValues(champion_, searched_, x);
      trials.push_back({std::move(genome), {}, std::move(x)});
    } else if (!queue_.empty()) {
      const std::size_t which = queue_.front();
      queue_.erase(queue_.begin());
      Genome genome = which == kNothing ? champion_ : space_.moved(champion_, which, kProbeMove, random);
      trials.push_back({std::move(genome), which, {}});
    } else {
      break;
    }
  }
  return trials;
}

void Polisher::learn(const std::vector<Outcome>& outcomes) {
  if (!search_) {
    for (const Outcome& outcome : outcomes) {
      best_ = std::min(best_, outcome.cost);
      const std::size_t which = *outcome.trial->probed;
      if (which == kNothing) spread_ = outcome.difference;
      else differences_[which] = outcome.difference;
    }
    if (queue_.empty()) beginSearch();
    return;
  }
  std::vector<SeparableCmaEs::Point> points;
  double best = best_;
  for (const Outcome& outcome : outcomes) {
    points.push_back({outcome.trial->x, outcome.cost});
    best = std::min(best, outcome.cost);
  }
  search_->learn(std::move(points));
  idle_ = best < best_ ? 0 : idle_ + 1;
  best_ = best;
  const bool isHopeful = !champion_.state.empty() || best_ < (1 - kLeastGain) * startCost_;
  done_ = idle_ >= (isHopeful ? kIdleGenerations : kFirstIdleGenerations) || search_->width() < kLeastWidth;
}

void Polisher::beginSearch() {
  const double floor = kLeastEffect + kSpreads * spread_;
  for (const std::size_t i : space_.searchable(champion_))
    (differences_[i] > floor ? searched_ : withoutEffect_).push_back(i);
  if (searched_.empty()) {
    done_ = true;
    search_.emplace(std::vector<double>{}, std::vector<double>{}, population_);
    return;
  }
  const double each = kFirstMove * startCost_ / std::sqrt(double(searched_.size()));
  std::vector<double> mean, deviations;
  for (const std::size_t i : searched_) {
    mean.push_back(champion_.values[i]);
    deviations.push_back(std::clamp(each * kProbeMove / differences_[i], kLeastDeviation, kMostDeviation));
  }
  search_.emplace(std::move(mean), std::move(deviations), population_);
}

}  // namespace patchpilot
