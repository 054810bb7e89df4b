#include "listen/ranking.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>

namespace patchpilot {

namespace {

/// Renders come in no certain order; equal distances are told apart by the matcher's own score.
bool nearer(const Candidate& a, const Candidate& b) {
  return std::tie(a.mss, a.proposal.score, a.proposal.origin) <
         std::tie(b.mss, b.proposal.score, b.proposal.origin);
}

/// The best candidates so far, and what became of the others. Safe to use from several threads.
class Ranking {
 public:
  Ranking(const Target& target, const RankOptions& options, std::vector<std::string>& problems)
      : target_(target), options_(options), problems_(problems) {}

  void take(const Proposal& proposal, const RenderOutcome& outcome) {
    std::string problem;
    auto candidate = heard(target_, proposal, outcome, problem);
    std::lock_guard lock(mutex_);
    if (candidate) keep(std::move(*candidate));
    else problems_.push_back(fmt::format("{}: {}", proposal.origin, problem));
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
    progress_.best = std::min(progress_.best, candidate.mss);
    kept_.push_back(std::move(candidate));
    std::push_heap(kept_.begin(), kept_.end(), nearer);
    if (kept_.size() <= options_.keep) return;
    std::pop_heap(kept_.begin(), kept_.end(), nearer);
    kept_.pop_back();
  }

  const Target& target_;
  const RankOptions& options_;
  std::vector<std::string>& problems_;
  std::vector<Candidate> kept_;
  RankProgress progress_{0, std::numeric_limits<double>::infinity()};
  std::mutex mutex_;
};

}  // namespace

std::vector<Candidate> rankByRendering(const Target& target, std::vector<Proposal> proposals,
                                       const Engines& engines, const RankOptions& options,
                                       std::vector<std::string>& problems) {
  Ranking ranking(target, options, problems);
  const auto render = [&](std::size_t begin, std::size_t end) {
    for (std::size_t synth = 0; synth < engines.size(); ++synth) {
      std::vector<std::size_t> own;
      for (std::size_t i = begin; i < end; ++i)
        if (proposals[i].synth == synth) own.push_back(i);
      if (own.empty()) continue;
      std::size_t position = 0;
      const auto next = [&]() -> std::optional<RenderJob> {
        if (position == own.size()) return std::nullopt;
        const std::size_t index = own[position++];
        return RenderJob{index, &proposals[index].patch, noteOf(proposals[index], target, options.velocity),
                         target.sound.seconds()};
      };
      engines[synth]->render(
          next, [&](const RenderOutcome& outcome) { ranking.take(proposals[outcome.tag], outcome); }, {},
          options.stop);
    }
  };
  const std::size_t first = options.onFirst ? std::min(options.first, proposals.size()) : 0;
  render(0, first);
  if (first > 0) ranking.show(options.onFirst);
  render(first, proposals.size());
  return ranking.take();
}

std::vector<std::size_t> chooseDifferent(const std::vector<Candidate>& ranked, std::size_t count) {
  std::vector<std::size_t> chosen, near;
  for (std::size_t i = 0; i < ranked.size() && chosen.size() < count; ++i) {
    const bool differs = std::all_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
      return mss(ranked[i].spectrum, ranked[other].spectrum) >= kLeastDifference;
    });
    (differs ? chosen : near).push_back(i);
  }
  for (std::size_t i = 0; i < near.size() && chosen.size() < count; ++i) chosen.push_back(near[i]);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace patchpilot
