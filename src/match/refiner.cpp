#include "match/refiner.h"

#include "base/error.h"
#include "base/process.h"
#include "match/breeding.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <mutex>

namespace patchpilot {

namespace {

using Clock = std::chrono::steady_clock;

/// Children that are bred before the first of them is heard: enough to keep several workers busy, and few enough
/// that what one batch finds serves the next.
constexpr std::size_t kBatch = 24;

/// How many presets are crossed: what each holds is asked of the synth, which takes as long as two renders.
constexpr std::size_t kMostPresets = 30;

/// A parent is the best of so many drawn, its first partner of so many.
constexpr std::size_t kParentRounds = 3, kPartnerRounds = 2;

/// Each way to a child is taken at least as often as this, whatever it has brought.
constexpr double kLeastShare = 0.08;

/// What a way to a child has brought counts less with each child that it has made since.
constexpr double kForget = 0.98;

/// How many that differ are remembered.
constexpr std::size_t kMostDifferent = 10;

constexpr const char* kRefined = ", refined";

struct Member {
  Genome genome;
  Candidate candidate;
  double cost = 0;     ///< of the objective
  bool start = false;  ///< not bred here
};

struct Child {
  Genome genome;
  std::size_t parent = 0;
  Variation variation = Variation::little;
  Proposal proposal;
  std::optional<Candidate> candidate;
  std::string problem;
};

/// Which ways to a child have led to better ones, lately.
class VariationChoice {
 public:
  VariationChoice() {
    better_.fill(1);
    tried_.fill(1);
  }

  Variation draw(SplitMix64& random) const {
    double total = 0;
    for (std::size_t i = 0; i < kVariations; ++i) total += better_[i] / tried_[i];
    double left = random.uniform();
    for (std::size_t i = 0; i < kVariations; ++i)
      if ((left -= kLeastShare + (1 - kLeastShare * double(kVariations)) * better_[i] / tried_[i] / total) < 0) return Variation(i);
    return Variation::little;
  }

  void learn(Variation variation, bool better) {
    double& successes = better_[std::size_t(variation)];
    double& tries = tried_[std::size_t(variation)];
    successes = kForget * successes + (better ? 1 : 0);
    tries = kForget * tries + 1;
  }

 private:
  std::array<double, kVariations> better_, tried_;
};

class Search {
 public:
  Search(const Target& target, std::vector<Instrument>& instruments, const RefineOptions& options, std::vector<std::string>& problems)
      : target_(target), instruments_(instruments), options_(options), problems_(problems) {
    for (std::size_t i = 0; i < instruments.size(); ++i) breeders_.emplace_back(*instruments[i].synth, i);
  }

  std::vector<Candidate> run(std::vector<Candidate> starts) {
    admit(std::move(starts));
    tell();
    while (!members_.empty() && !done()) {
      std::vector<Child> children = breed();
      render(children);
      settle(std::move(children));
      tell();
    }
    for (Member& member : members_)
      if (!isRemembered(member.candidate)) finished_.push_back(std::move(member.candidate));
    for (Candidate& candidate : different_) finished_.push_back(std::move(candidate));
    std::stable_sort(finished_.begin(), finished_.end(), nearer);
    return std::move(finished_);
  }

 private:
  static bool nearer(const Candidate& a, const Candidate& b) { return a.mss < b.mss; }

  double cost(const Candidate& candidate) const { return options_.objective ? options_.objective(candidate) : candidate.mss; }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  bool done() const {
    return interrupted() || (options_.renders > 0 && renders_ >= options_.renders) || (options_.seconds > 0 && seconds() >= options_.seconds);
  }

  void admit(std::vector<Candidate> starts) {
    std::stable_sort(starts.begin(), starts.end(), nearer);
    std::size_t presets = 0;
    for (Candidate& candidate : starts) {
      const bool preset = !candidate.proposal.patch.state.empty();
      if (interrupted() || (preset && ++presets > kMostPresets)) {
        finished_.push_back(std::move(candidate));
        continue;
      }
      try {
        Genome genome = breeders_[candidate.proposal.synth].genome(candidate.proposal);
        const double costs = cost(candidate);
        members_.push_back({std::move(genome), std::move(candidate), costs, true});
      } catch (const Error& error) {
        problems_.push_back(fmt::format("{}: {}", candidate.proposal.origin, error.what()));
        finished_.push_back(std::move(candidate));
      }
    }
    capacity_ = members_.size();
    sort();
  }

  void sort() {
    std::stable_sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) { return a.cost < b.cost; });
  }

  /// The best of some drawn.
  std::size_t select(SplitMix64& random, std::size_t rounds) const {
    std::size_t best = members_.size();
    for (std::size_t i = 0; i < rounds; ++i) best = std::min<std::size_t>(best, random.below(members_.size()));
    return best;
  }

  /// Another of the same synth and kind; the same one where none is found.
  std::size_t selectLike(std::size_t one, SplitMix64& random, std::size_t rounds) const {
    constexpr int kAttempts = 16;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const std::size_t other = select(random, rounds);
      const Genome &a = members_[one].genome, &b = members_[other].genome;
      if (other != one && a.synth == b.synth && a.state.empty() == b.state.empty()) return other;
    }
    return one;
  }

  std::vector<Child> breed() {
    std::size_t count = kBatch;
    if (options_.renders > 0) count = std::min(count, options_.renders - renders_);
    std::vector<Child> children(count);
    for (Child& child : children) {
      SplitMix64 random(options_.seed, bred_++);
      child.parent = select(random, kParentRounds);
      const Genome& parent = members_[child.parent].genome;
      const Genome& partner = members_[selectLike(child.parent, random, kPartnerRounds)].genome;
      const Genome& third = members_[selectLike(child.parent, random, 1)].genome;
      child.variation = variations_.draw(random);
      child.genome = breeders_[parent.synth].child(child.variation, parent, partner, third, random);
      if (!child.genome.origin.ends_with(kRefined)) child.genome.origin += kRefined;
      child.proposal = child.genome.proposal();
    }
    return children;
  }

  void render(std::vector<Child>& children) {
    const Note note{target_.note, options_.velocity, target_.lengthSeconds};
    for (std::size_t synth = 0; synth < instruments_.size(); ++synth) {
      std::size_t position = 0;
      const auto next = [&]() -> std::optional<RenderJob> {
        while (position < children.size() && children[position].genome.synth != synth) ++position;
        if (position == children.size()) return std::nullopt;
        const std::size_t index = position++;
        return RenderJob{index, &children[index].proposal.patch, note, target_.sound.seconds()};
      };
      instruments_[synth].pool->run(next, [&](const RenderOutcome& outcome) {
        Child& child = children[outcome.tag];
        child.candidate = heard(target_, child.proposal, outcome, child.problem);
      });
    }
    renders_ += children.size();
  }

  /// Who stays. A child that is its parent but for a few parameters can only take its parent's place, so that one
  /// patch and its kin do not fill the house; others push out the worst.
  void settle(std::vector<Child> children) {
    const double worst = members_.back().cost;
    std::vector<Member> others;
    std::vector<std::pair<std::size_t, Member>> kin;
    for (Child& child : children) {
      if (!child.problem.empty()) problems_.push_back(fmt::format("{}: {}", child.proposal.origin, child.problem));
      if (!child.candidate) continue;
      remember(*child.candidate);
      const double costs = cost(*child.candidate);
      const bool better = costs < members_[child.parent].cost;
      variations_.learn(child.variation, better);
      Member member{std::move(child.genome), std::move(*child.candidate), costs, false};
      if (isKin(child.variation)) {
        if (better) kin.emplace_back(child.parent, std::move(member));
      } else if (costs < worst) {
        others.push_back(std::move(member));
      }
    }
    for (auto& [parent, member] : kin)
      if (member.cost < members_[parent].cost) std::swap(members_[parent], member);
    for (auto& [parent, member] : kin) retire(std::move(member));
    for (Member& member : others) members_.push_back(std::move(member));
    sort();
    for (; members_.size() > capacity_; members_.pop_back()) retire(std::move(members_.back()));
  }

  static bool isKin(Variation variation) {
    return variation == Variation::little || variation == Variation::much || variation == Variation::difference;
  }

  /// What was found first is still there in the end, where patches that differ are chosen.
  void retire(Member member) {
    if (member.start) finished_.push_back(std::move(member.candidate));
  }

  /// The search ends in one place. What it passed on the way there, and sounds otherwise, is worth keeping for those
  /// who want several that differ.
  void remember(const Candidate& candidate) {
    if (different_.size() == kMostDifferent && candidate.mss >= different_.back().mss) return;
    const auto isNear = [&](const Candidate& other) { return mss(candidate.spectrum, other.spectrum) < kLeastDifference; };
    const auto firstWorse = std::upper_bound(different_.begin(), different_.end(), candidate, nearer);
    if (std::any_of(different_.begin(), firstWorse, isNear)) return;
    std::vector<Candidate> rest;
    for (auto other = firstWorse; other != different_.end(); ++other)
      if (!isNear(*other)) rest.push_back(std::move(*other));
    different_.erase(firstWorse, different_.end());
    different_.push_back(candidate);
    std::move(rest.begin(), rest.end(), std::back_inserter(different_));
    if (different_.size() > kMostDifferent) different_.pop_back();
  }

  bool isRemembered(const Candidate& candidate) const {
    return std::any_of(different_.begin(), different_.end(), [&](const Candidate& other) {
      const Patch &a = candidate.proposal.patch, &b = other.proposal.patch;
      return candidate.mss == other.mss && a.state == b.state &&
             std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                        [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
    });
  }

  void tell() const {
    if (options_.onProgress && !members_.empty()) options_.onProgress({renders_, seconds(), members_.front().cost, members_.front().candidate.mss});
  }

  const Target& target_;
  std::vector<Instrument>& instruments_;
  const RefineOptions& options_;
  std::vector<std::string>& problems_;
  std::vector<Breeder> breeders_;
  VariationChoice variations_;
  std::vector<Member> members_;     ///< nearest first
  std::vector<Candidate> different_;  ///< bred here, nearest first, no two closer than `kLeastDifference`
  std::vector<Candidate> finished_;
  std::size_t capacity_ = 0;
  std::size_t renders_ = 0;
  std::uint64_t bred_ = 0;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

std::vector<Candidate> refine(const Target& target, std::vector<Candidate> starts, std::vector<Instrument>& instruments,
                              const RefineOptions& options, std::vector<std::string>& problems) {
  return Search(target, instruments, options, problems).run(std::move(starts));
}

}  // namespace patchpilot
