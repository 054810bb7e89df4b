#include "listen/ranking.h"

#include "listen/listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace patchpilot {

namespace {

/// Renders come in no certain order; equal distances are told apart by the proposer's own score.
bool nearer(const Candidate& a, const Candidate& b) {
  return std::tie(a.distance, a.proposal.score, a.proposal.origin) <
         std::tie(b.distance, b.proposal.score, b.proposal.origin);
}

/// The share of the moments of a sound at which anything is heard, 0 to 1.
double audibleShare(const MssSpectrum& spectrum) {
  constexpr std::size_t kScale = 1;
  const auto isAudible = [&](std::size_t frame) {
    for (int channel = 0; channel < (spectrum.mono() ? 1 : kChannels); ++channel)
      for (std::size_t band = 0; band < MssSpectrum::kScales[kScale].bands; ++band)
        if (spectrum.at(kScale, channel, band, frame) > MssSpectrum::kFloorDb) return true;
    return false;
  };
  std::size_t audible = 0;
  for (std::size_t frame = 0; frame < spectrum.frames(kScale); ++frame) audible += isAudible(frame);
  return double(audible) / double(spectrum.frames(kScale));
}

/// The best candidates so far, and what became of the others.
class Ranking {
 public:
  Ranking(const RankOptions& options, std::vector<std::string>& problems)
      : options_(options), problems_(problems) {}

  void take(const Proposal& proposal, Outcome outcome) {
    if (outcome.candidate) keep(std::move(*outcome.candidate));
    else problems_.push_back(fmt::format("{}: {}", proposal.origin, outcome.problem));
    ++progress_.done;
    if (options_.onProgress) options_.onProgress(progress_);
  }

  /// Shows what there is so far, nearest first. Nothing may be taken meanwhile.
  void show(const std::function<void(const std::vector<Candidate>&)>& look) {
    if (kept_.empty()) return;
    std::sort_heap(kept_.begin(), kept_.end(), nearer);
    look(kept_);
    std::make_heap(kept_.begin(), kept_.end(), nearer);
  }

  std::vector<Candidate> take() {
    std::sort(kept_.begin(), kept_.end(), nearer);
    return std::move(kept_);
  }

 private:
  /// A heap, the farthest on top.
  void keep(Candidate candidate) {
    if (candidate.distance < progress_.best)
      progress_.best = candidate.distance, progress_.mss = candidate.mss;
    kept_.push_back(std::move(candidate));
    std::push_heap(kept_.begin(), kept_.end(), nearer);
    if (kept_.size() <= options_.keep) return;
    std::pop_heap(kept_.begin(), kept_.end(), nearer);
    kept_.pop_back();
  }

  const RankOptions& options_;
  std::vector<std::string>& problems_;
  std::vector<Candidate> kept_;
  RankProgress progress_{0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
};

}  // namespace

std::vector<Candidate> rankByRendering(const Target& target, std::vector<Proposal> proposals,
                                       const Engines& engines, const RankOptions& options,
                                       std::vector<std::string>& problems) {
  Ranking ranking(options, problems);
  const Listener listener(target, options.objective, engines, {options.velocity, options.stop});
  std::vector<Trial> trials;
  for (Proposal& proposal : proposals) trials.push_back({std::move(proposal)});
  const auto render = [&](std::size_t begin, std::size_t end) {
    const std::span<const Trial> some = std::span(trials).subspan(begin, end - begin);
    listener.hear(some, [&](std::size_t index, Outcome outcome) {
      ranking.take(some[index].proposal, std::move(outcome));
    });
  };
  const std::size_t first = options.onFirst ? std::min(options.first, trials.size()) : 0;
  render(0, first);
  if (first > 0) ranking.show(options.onFirst);
  render(first, trials.size());
  return ranking.take();
}

bool soundAlike(const MssSpectrum& one, const MssSpectrum& other) {
  const double distance = mss(one, other);
  return distance == 0 || distance < kLeastDifference * std::max(audibleShare(one), audibleShare(other));
}

std::vector<std::size_t> chooseDifferent(const std::vector<Candidate>& ranked, std::size_t count) {
  std::vector<std::size_t> chosen, near;
  for (std::size_t i = 0; i < ranked.size() && chosen.size() < count; ++i) {
    const bool differs = std::all_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
      return !soundAlike(ranked[i].spectrum, ranked[other].spectrum);
    });
    (differs ? chosen : near).push_back(i);
  }
  for (std::size_t i = 0; i < near.size() && chosen.size() < count; ++i) chosen.push_back(near[i]);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace patchpilot
