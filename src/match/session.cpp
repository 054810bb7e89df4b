#include "match/session.h"

#include "propose/shares.h"

#include <algorithm>
#include <limits>

namespace patchpilot {

namespace {

/// Rounds in which several proposers are asked, at the least.
constexpr int kPooledRounds = 3;

/// A proposer whose best render is farther than the best of all by this share of it has a smaller part of the
/// renders by the factor e.
constexpr double kScale = 0.1;

}  // namespace

double Refinement::share() const {
  return std::max(limits.renders > 0 ? double(last.renders) / double(limits.renders) : 0,
                  limits.seconds > 0 ? last.seconds / limits.seconds : 0);
}

Session::Session(const Target& target, Engines engines, std::vector<std::shared_ptr<Proposer>> proposers,
                 SessionPlan plan, SessionObserver& observer, std::stop_token stop)
    : target_(target),
      engines_(std::move(engines)),
      proposers_(std::move(proposers)),
      plan_(std::move(plan)),
      observer_(observer),
      stop_(std::move(stop)),
      tried_(proposers_.size(), false),
      nearest_(proposers_.size(), std::numeric_limits<double>::infinity()) {}

void Session::tellProblems() {
  if (!problems_.empty()) observer_.onProblems(problems_);
  problems_.clear();
}

/// Asks the proposers for a round's proposals. Those of one round are asked once, for all that may be taken
/// of them: a network computes its answers together, and embeds the sound each time.
/// @param all  of all rounds
void Session::ask(std::size_t count, std::size_t all) {
  const bool first = lists_.empty();
  lists_.resize(proposers_.size());
  for (std::size_t i = 0; i < proposers_.size(); ++i) {
    const bool once = proposers_[i]->rounds(target_) == 1;
    if (first || !once) lists_[i] = {proposers_[i]->propose(target_, int(once ? all : count))};
  }
}

/// Distinct proposals of all proposers for a round, at most `count`. @param all  of all rounds
std::vector<Proposal> Session::pooled(std::size_t count, std::size_t all) {
  ask(count, all);
  if (lists_.empty()) return {};
  if (lists_.size() == 1) return std::move(lists_.front().all);
  std::vector<double> shares = sharesByNearness(nearest_, kScale);
  if (shares.empty()) shares.assign(lists_.size(), 1);
  std::vector<std::size_t> given(lists_.size(), 0);
  std::vector<Proposal> pool;
  while (pool.size() < count) {
    // Whoever has no more gives way to the others.
    for (std::size_t i = 0; i < lists_.size(); ++i)
      if (lists_[i].taken == lists_[i].all.size()) shares[i] = -1;
    // The shares say nothing of a proposer of which nothing was rendered: it has the next.
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < lists_.size() && !found; ++i)
      if (!tried_[i] && shares[i] >= 0) found = i;
    if (!found) found = nextByShare(shares, given);
    if (!found) break;
    const std::size_t next = *found;
    Proposal& proposal = lists_[next].all[lists_[next].taken++];
    if (!pooled_.emplace(identity(proposal), next).second) continue;
    pool.push_back(std::move(proposal));
    ++given[next];
    tried_[next] = true;
  }
  return pool;
}

void Session::rankProposals(std::vector<Proposal> proposals, std::size_t before, std::size_t all,
                            std::size_t keep) {
  RankOptions options;
  options.stop = stop_;
  options.velocity = plan_.velocity;
  options.objective = plan_.objective;
  options.keep = keep;
  options.onProgress = [&](RankProgress progress) {
    progress.done += before;
    if (!candidates_.empty() && candidates_.front().distance <= progress.best)
      progress.best = candidates_.front().distance, progress.mss = candidates_.front().mss;
    observer_.onRanking(progress, all);
  };
  options.first = kFirstRanked;
  if (observer_.wantsFirst() && before == 0)
    options.onFirst = [&](const std::vector<Candidate>& found) { observer_.onFirst(found); };
  std::vector<Candidate> ranked =
      rankByRendering(target_, std::move(proposals), engines_, options, problems_);
  for (const auto& proposer : proposers_) proposer->observe(ranked);
  for (const Candidate& candidate : ranked)
    if (const auto owner = pooled_.find(identity(candidate.proposal)); owner != pooled_.end())
      nearest_[owner->second] = std::min(nearest_[owner->second], candidate.distance);
  const auto middle = std::ptrdiff_t(candidates_.size());
  std::move(ranked.begin(), ranked.end(), std::back_inserter(candidates_));
  std::inplace_merge(candidates_.begin(), candidates_.begin() + middle, candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
  if (candidates_.size() > plan_.keep) candidates_.resize(plan_.keep);
}

void Session::rank() {
  const auto first = std::size_t(std::max(plan_.proposals, plan_.top));
  const std::size_t asked = plan_.mayRefine ? std::max(first, std::size_t(kRefineProposals)) : first;
  std::size_t count = 0;
  if (!plan_.starts.empty()) {
    unrendered_ = pooled(asked, asked);
    count = plan_.starts.size();
    rankProposals(plan_.starts, 0, count, plan_.keep);
  } else {
    int rounds = proposers_.size() > 1 ? kPooledRounds : 1;
    for (const auto& proposer : proposers_) rounds = std::max(rounds, proposer->rounds(target_));
    for (int round = 0; round < rounds && !stop_.stop_requested(); ++round) {
      const std::size_t share = (first - count) / std::size_t(rounds - round);
      const bool last = round + 1 == rounds;
      std::vector<Proposal> proposals = pooled(last ? asked - first + share : share, asked);
      if (last) unrendered_ = splitOff(proposals, share);
      const std::size_t before = std::exchange(count, count + proposals.size());
      // What a proposer learns from is kept until it has learnt.
      rankProposals(std::move(proposals), before, last ? count : first, last ? plan_.keep : count);
    }
  }
  proposed_ = count;
  tellProblems();
}

void Session::refine(const RefineLimits& limits) {
  if (candidates_.empty()) return;
  RefineOptions options;
  options.stop = stop_;
  options.velocity = plan_.velocity;
  options.renders = limits.renders;
  options.seconds = limits.seconds > 0 || limits.renders > 0 ? limits.seconds : kRefineSeconds;
  options.seed = plan_.seed;
  options.unrendered = std::move(unrendered_);
  options.locked = plan_.locked;
  options.objective = plan_.objective;
  Refinement& refinement = refinement_.emplace();
  refinement.from = candidates_.front().distance;
  refinement.limits = {options.seconds, options.renders};
  double best = std::numeric_limits<double>::infinity();
  options.onProgress = [&](const RefineProgress& progress) {
    refinement.last = progress;
    if (progress.best < best)
      refinement.curve.push_back({progress.renders, progress.seconds, progress.best, progress.mss});
    best = std::min(best, progress.best);
    refinement.to = progress.best;
    observer_.onRefining(refinement, progress.found);
  };
  candidates_ = patchpilot::refine(target_, std::move(candidates_), engines_, options, problems_);
  refinement.last.found = {};  // valid during the search alone
  refinement.to = candidates_.front().distance;
  tellProblems();
}

std::vector<Candidate> Session::best(const std::vector<Candidate>& ranked) const {
  std::vector<Candidate> chosen;
  for (const std::size_t index : chooseDifferent(ranked, std::size_t(plan_.top)))
    chosen.push_back(ranked[index]);
  return chosen;
}

}  // namespace patchpilot
