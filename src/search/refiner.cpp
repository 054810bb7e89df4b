#include "search/refiner.h"

#include "base/error.h"
#include "base/process.h"
#include "search/error_cases.h"
#include "search/modulation_rates.h"
#include "search/polisher.h"
#include "synth/variation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <iterator>
#include <limits>
#include <mutex>
#include <numeric>

namespace patchpilot {

namespace {

using Clock = std::chrono::steady_clock;

/// Children that are bred before the first of them is heard: enough to keep several workers busy, and few
/// enough that what one batch finds serves the next.
constexpr std::size_t kBatch = 24;

/// How many presets are crossed: what each holds is asked of the synth, which takes as long as two renders.
constexpr std::size_t kMostPresets = 30;

/// A parent is the best of so many drawn, its first partner of so many; or, so often, the best in some
/// respects.
constexpr std::size_t kParentRounds = 3, kPartnerRounds = 2;
constexpr double kParentByCases = 0.5, kPartnerByCases = 0.7;

/// How often a partner is a donor.
constexpr double kByDonor = 0.25;

/// In one respect, those are as good as the best that are worse by no more than this share, or than this part
/// of the way to the best quarter.
constexpr float kAsGood = 1.05f, kAsGoodOfQuarter = 0.3f;

/// Each way to a child is taken at least as often as this, whatever it has brought.
constexpr double kLeastShare = 0.08;

/// What a way to a child has brought counts less with each child that it has made since.
constexpr double kForget = 0.98;

/// A run has come to rest when its best has become better by less than this in so many batches, or in so
/// large a share of those it has had.
constexpr double kProgress = 0.03, kRestShare = 0.3;
constexpr std::size_t kRestBatches = 10;

/// A render is cut when its first part lies farther from the target's than its place asks for, in MSS, by
/// more than this. Of what would have been the best so far that loses 1 in 50, and saves a third of the audio
/// on presets.
constexpr double kPartSeconds = 1, kPartTolerance = 1.05, kPartSlack = 0.1;

/// Of a synth that does not render the same twice, so many of the best are heard once more in the end.
constexpr std::size_t kHeardAgain = 8;

/// How many that differ are remembered.
constexpr std::size_t kMostDifferent = 10;

constexpr const char* kRefined = ", refined";

/// Set what the polisher draws, and what is grafted, apart.
constexpr std::uint64_t kTrials = 0x747269616c73, kGrafts = 0x677261667473;

struct Member {
  Genome genome;
  Candidate candidate;
  double cost = 0;      ///< of the objective
  double partCost = 0;  ///< MSS of its first part
  ErrorCases cases{};
  std::uint64_t id = 0;
};

struct Child {
  Genome genome;
  std::size_t parent = 0;
  std::optional<Operator> variation;  ///< none: it is the polisher's
  Proposal proposal;
  double partLimit = 0;  ///< its first part may lie so far from the target's
  double keepWithin =
      std::numeric_limits<double>::infinity();  ///< farther from the target, its sound is of no use
  std::optional<Candidate> candidate;
  bool wasCut = false;
  std::string problem;
};

AudioBuffer firstPart(const AudioBuffer& sound, std::size_t frames) {
  AudioBuffer part(sound.channels(), std::min(frames, sound.frames()));
  for (int channel = 0; channel < sound.channels(); ++channel)
    std::copy_n(sound.channel(channel).begin(), part.frames(), part.channel(channel).begin());
  return part;
}

/// Which ways to a child have led to better ones, lately.
class VariationChoice {
 public:
  /// @param count  the first so many of them are taken
  explicit VariationChoice(std::size_t count) : count_(count) {
    better_.fill(1);
    tried_.fill(1);
  }

  Operator draw(SplitMix64& random) const {
    double total = 0;
    for (std::size_t i = 0; i < count_; ++i) total += better_[i] / tried_[i];
    double left = random.uniform();
    for (std::size_t i = 0; i < count_; ++i)
      if ((left -= kLeastShare + (1 - kLeastShare * double(count_)) * better_[i] / tried_[i] / total) < 0)
        return Operator(i);
    return Operator::smallMutation;
  }

  void learn(Operator variation, bool better) {
    double& successes = better_[std::size_t(variation)];
    double& tries = tried_[std::size_t(variation)];
    successes = kForget * successes + (better ? 1 : 0);
    tries = kForget * tries + 1;
  }

 private:
  std::size_t count_;
  std::array<double, kOperators> better_, tried_;
};

class Search {
 public:
  Search(const Target& target, std::vector<Instrument>& instruments, const RefineOptions& options,
         std::vector<std::string>& problems)
      : target_(target), instruments_(instruments), options_(options), problems_(problems) {
    if (!options.locked.empty() && instruments.size() != 1)
      throw Error(ExitCode::internal, "parameters are locked of one instrument only");
    const std::vector<double> rates = modulationRates(target.spectrum, target.lengthSeconds);
    for (std::size_t i = 0; i < instruments.size(); ++i)
      breeders_.emplace_back(instruments[i].synth->space(), defaultValues(*instruments[i].synth),
                             BreederOptions{options.locked, rates, target.sound.seconds()});
    // Another objective may like what MSS does not.
    cases_ = !options.objective;
    for (const Proposal& proposal : options.donors)
      if (proposal.patch.state.empty()) donors_.push_back(genome(proposal));
    partFrames_ = std::size_t(kPartSeconds * kSampleRateHz);
    cuts_ = !options.objective && target.sound.frames() > 2 * partFrames_;
    if (cuts_) targetPart_ = mssSpectrum(firstPart(target.sound, partFrames_));
  }

  std::vector<Candidate> run(std::vector<Candidate> starts) {
    admit(std::move(starts));
    findSpread();
    tell();
    while (!members_.empty() && !done()) {
      if (polisher_) polish();
      else settleBred(breed());
      if (hasComeToRest()) next();
      tell();
    }
    for (auto* members : {&starts_, &members_})
      for (Member& member : *members)
        if (!isRemembered(member.candidate)) finished_.push_back(std::move(member.candidate));
    for (Candidate& candidate : different_) finished_.push_back(std::move(candidate));
    std::stable_sort(finished_.begin(), finished_.end(), nearer);
    if (spread_) {
      hearAgain();
      tell();
    }
    return std::move(finished_);
  }

 private:
  static bool nearer(const Candidate& a, const Candidate& b) { return a.mss < b.mss; }

  double cost(const Candidate& candidate) const {
    return options_.objective ? options_.objective(candidate) : candidate.mss;
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  bool done() const {
    return interrupted() || (options_.renders > 0 && rendersLeft() == 0) ||
           (options_.seconds > 0 && seconds() >= options_.seconds);
  }

  /// Where `renders` is the limit: how many the search may still make.
  std::size_t rendersLeft() const {
    const std::size_t taken = renders_ + (spread_ ? std::min(kHeardAgain, options_.renders / 10) : 0);
    return options_.renders - std::min(options_.renders, taken);
  }

  Genome genome(const Proposal& proposal) {
    Genome genome = genomeOf(proposal, *instruments_[proposal.synth].synth);
    if (target_.lengthOpen && !genome.lengthSeconds) genome.lengthSeconds = target_.lengthSeconds;
    return genome;
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
        Genome own = genome(candidate.proposal);
        starts_.push_back(member(std::move(own), std::move(candidate)));
      } catch (const Error& error) {
        problems_.push_back(fmt::format("{}: {}", candidate.proposal.origin, error.what()));
        finished_.push_back(std::move(candidate));
      }
    }
    capacity_ = starts_.size();
    begin(starts_);
  }

  /// Renders the nearest start once more: what differs then is the synth's own doing, and no better patch.
  void findSpread() {
    if (members_.empty() || done()) return;
    const Member& best = members_.front();
    std::vector<Child> again(1);
    again[0].genome = best.genome;
    render(again);
    if (!again[0].candidate || mss(again[0].candidate->spectrum, best.candidate.spectrum) == 0) return;
    spread_ = std::abs(cost(*again[0].candidate) - best.cost);
    nearestStart_ = best.candidate;
  }

  /// Of many renders that differ by chance the nearest was a lucky one. The best are heard once more: the
  /// mean of both decides among them, and what the second gave is what is told.
  void hearAgain() {
    if (interrupted() || finished_.empty()) return;
    const std::size_t most =
        options_.renders > 0 ? std::min(kHeardAgain, options_.renders - renders_) : kHeardAgain;
    std::vector<Child> again(std::min(most, finished_.size()));
    for (std::size_t i = 0; i < again.size(); ++i) again[i].proposal = finished_[i].proposal;
    renderProposals(again);
    std::vector<std::size_t> order(again.size());
    std::iota(order.begin(), order.end(), 0);
    const auto mean = [&](std::size_t i) {
      return (finished_[i].mss + (again[i].candidate ? again[i].candidate->mss : finished_[i].mss)) / 2;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return mean(a) < mean(b); });
    std::vector<Candidate> best;
    for (const std::size_t i : order)
      best.push_back(std::move(again[i].candidate ? *again[i].candidate : finished_[i]));
    std::move(finished_.begin() + std::ptrdiff_t(again.size()), finished_.end(), std::back_inserter(best));
    finished_ = std::move(best);
    if (cost(finished_.front()) <= cost(nearestStart_)) return;
    std::erase_if(finished_, [&](const Candidate& other) { return isSamePatch(other, nearestStart_); });
    finished_.insert(finished_.begin(), std::move(nearestStart_));
  }

  Member member(Genome genome, Candidate candidate) {
    Member member{std::move(genome), std::move(candidate)};
    member.cost = cost(member.candidate);
    if (cases_) member.cases = errorCases(target_.spectrum, member.candidate.spectrum, target_.lengthSeconds);
    if (cuts_)
      member.partCost = mss(targetPart_, mssSpectrum(firstPart(member.candidate.sound, partFrames_)));
    member.id = ++ids_;
    return member;
  }

  void sort() {
    std::stable_sort(members_.begin(), members_.end(),
                     [](const Member& a, const Member& b) { return a.cost < b.cost; });
  }

  /// The best of some drawn.
  std::size_t select(SplitMix64& random, std::size_t rounds) const {
    std::size_t best = members_.size();
    for (std::size_t i = 0; i < rounds; ++i)
      best = std::min<std::size_t>(best, random.below(members_.size()));
    return best;
  }

  /// The one left when the respects are gone through in some order and only those that are as good as the
  /// best stay (lexicase selection, Spector 2012): a patch that is right in its attack alone is a parent for
  /// it.
  std::size_t selectByCases(SplitMix64& random) const {
    std::vector<std::size_t> left(members_.size());
    std::iota(left.begin(), left.end(), 0);
    std::array<std::size_t, kErrorCases> order;
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = kErrorCases - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
    for (const std::size_t which : order) {
      std::vector<float> errors;
      for (const std::size_t i : left) errors.push_back(members_[i].cases[which]);
      std::sort(errors.begin(), errors.end());
      const float best = errors.front(), quarter = errors[errors.size() / 4];
      const float limit = std::max(kAsGood * best, best + kAsGoodOfQuarter * (quarter - best));
      std::erase_if(left, [&](std::size_t i) { return members_[i].cases[which] > limit; });
      if (left.size() == 1) break;
    }
    return left[random.below(left.size())];
  }

  std::size_t selectParent(SplitMix64& random) const {
    return cases_ && random.uniform() < kParentByCases ? selectByCases(random)
                                                       : select(random, kParentRounds);
  }

  std::size_t selectPartner(SplitMix64& random) const {
    return cases_ && random.uniform() < kPartnerByCases ? selectByCases(random)
                                                        : select(random, kPartnerRounds);
  }

  /// Another of the same synth and kind; the same one where none is found.
  std::size_t selectLike(std::size_t one, SplitMix64& random, bool partner) const {
    constexpr int kAttempts = 16;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const std::size_t other = partner ? selectPartner(random) : select(random, 1);
      const Genome &a = members_[one].genome, &b = members_[other].genome;
      if (other != one && a.synth == b.synth && a.state.empty() == b.state.empty()) return other;
    }
    return one;
  }

  /// A patch that nobody has heard yet, whose sections may be what the others lack.
  const Genome* selectDonor(const Genome& parent, SplitMix64& random) const {
    if (random.uniform() >= kByDonor || donors_.empty() || !parent.state.empty()) return nullptr;
    const Genome& donor = donors_[std::min(random.below(donors_.size()), random.below(donors_.size()))];
    return donor.synth == parent.synth ? &donor : nullptr;
  }

  std::size_t batchSize() const { return options_.renders > 0 ? std::min(kBatch, rendersLeft()) : kBatch; }

  /// How far a render may lie from the target to take the place of a member, or to be remembered.
  double usefulWithin(const Member& place) const {
    if (options_.objective || different_.size() < kMostDifferent)
      return std::numeric_limits<double>::infinity();
    return std::max(place.cost, different_.back().mss);
  }

  std::vector<Child> breed() {
    std::vector<Child> children(batchSize());
    for (Child& child : children) {
      SplitMix64 random(options_.seed, bred_++);
      child.parent = selectParent(random);
      const Genome& parent = members_[child.parent].genome;
      const Genome* donor = selectDonor(parent, random);
      const Genome& partner = donor ? *donor : members_[selectLike(child.parent, random, true)].genome;
      const Genome& third = members_[selectLike(child.parent, random, false)].genome;
      child.variation = variations_.draw(random);
      child.genome = breeders_[parent.synth].offspring(*child.variation, parent, partner, third, random);
      const Member& place = isLocal(*child.variation) ? members_[child.parent] : members_.back();
      child.partLimit = kPartTolerance * members_[child.parent].partCost * place.cost /
                            std::max(members_[child.parent].cost, 1e-9) +
                        kPartSlack;
      child.keepWithin = usefulWithin(place);
    }
    render(children);
    return children;
  }

  void begin(std::vector<Member> members) {
    members_ = std::move(members);
    sort();
    batches_ = bestBatch_ = 0;
    if (!members_.empty()) bestCost_ = members_.front().cost;
  }

  bool hasComeToRest() {
    ++batches_;
    if (polisher_) return polisher_->isDone();
    if (members_.front().cost < std::min((1 - kProgress) * bestCost_, bestCost_ - spread_.value_or(0))) {
      bestCost_ = members_.front().cost;
      bestBatch_ = batches_;
    }
    return batches_ - bestBatch_ > std::max(kRestBatches, std::size_t(kRestShare * double(batches_)));
  }

  /// A run that has come to rest sits in one place. Its best is polished; then another run looks anew for
  /// some parts of it, and ends elsewhere; then what both have found is crossed, and so on.
  void next() {
    if (!polisher_) {
      const Member& best = members_.front();
      polisher_.emplace(breeders_[best.genome.synth].space(), best.genome, best.cost, kBatch);
      champion_ = best.candidate;
      place_ = best.id;
      return;
    }
    polisher_.reset();
    finished_.push_back(members_.front().candidate);
    if (before_.empty()) {
      before_ = std::exchange(members_, {});
      const Genome& best = before_.front().genome;
      // Presets gain more where they begin as they are (docs/benchmarks.md).
      begin(best.state.empty() ? renewed(best) : starts_);
      return;
    }
    std::vector<Member> both;
    for (std::size_t i = 0; both.size() < capacity_ && i < std::max(members_.size(), before_.size()); ++i)
      for (auto* members : {&members_, &before_})
        if (i < members->size()) both.push_back(std::move((*members)[i]));
    before_.clear();
    begin(std::move(both));
  }

  /// The starts, each with some parts of the best so far in place of its own. What is right in those stays,
  /// and the others are no longer its own: a filter that is wrong, but does its best with its envelope, bars
  /// the way to the right one.
  std::vector<Member> renewed(const Genome& best) {
    SplitMix64 random(options_.seed ^ kGrafts, bred_++);
    const Breeder& breeder = breeders_[best.synth];
    const std::vector<bool> parts = breeder.recombination().drawParts(random);
    std::vector<Member> members = starts_;
    if (std::find(parts.begin(), parts.end(), true) == parts.end()) return members;
    std::vector<Child> children;
    const std::size_t most = options_.renders > 0 ? rendersLeft() : members.size();
    for (std::size_t i = 0; i < members.size() && children.size() < most; ++i) {
      const Genome& start = members[i].genome;
      if (start.synth != best.synth || !start.state.empty()) continue;
      Child& child = children.emplace_back();
      child.genome = breeder.recombination().grafted(start, best, parts);
      child.parent = i;
    }
    render(children);
    for (Child& child : children)
      if (child.candidate)
        members[child.parent] = member(std::move(child.genome), std::move(*child.candidate));
    return members;
  }

  /// One batch of the polisher's. What it finds takes the place of the patch that it began with.
  void polish() {
    SplitMix64 random(options_.seed ^ kTrials, bred_++);
    std::vector<Polisher::Trial> trials = polisher_->next(random);
    trials.resize(std::min(trials.size(), batchSize()));
    std::vector<Child> children(trials.size());
    const auto place = std::find_if(members_.begin(), members_.end(),
                                    [&](const Member& member) { return member.id == place_; });
    for (std::size_t i = 0; i < trials.size(); ++i) {
      children[i].genome = trials[i].genome;
      if (place != members_.end()) children[i].keepWithin = usefulWithin(*place);
    }
    render(children);
    std::vector<Polisher::Outcome> outcomes;
    for (std::size_t i = 0; i < trials.size(); ++i)
      if (const auto& heard = children[i].candidate)
        outcomes.push_back({&trials[i], cost(*heard), mss(heard->spectrum, champion_.spectrum)});
    polisher_->learn(outcomes);
    Child* best = nullptr;
    for (Child& child : children) {
      if (!child.candidate) continue;
      child.candidate->proposal.withoutEffect = polisher_->withoutEffect();
      remember(*child.candidate);
      if (!best || cost(*child.candidate) < cost(*best->candidate)) best = &child;
    }
    if (best && place != members_.end() && cost(*best->candidate) < place->cost) {
      Member better = member(std::move(best->genome), std::move(*best->candidate));
      better.id = place_;
      *place = std::move(better);
      sort();
    }
  }

  void render(std::vector<Child>& children) {
    for (Child& child : children) {
      if (!child.genome.origin.ends_with(kRefined)) child.genome.origin += kRefined;
      child.proposal = child.genome.proposal();
    }
    renderProposals(children);
  }

  void renderProposals(std::vector<Child>& children) {
    for (std::size_t synth = 0; synth < instruments_.size(); ++synth) {
      std::size_t position = 0;
      const auto next = [&]() -> std::optional<RenderJob> {
        while (position < children.size() && children[position].proposal.synth != synth) ++position;
        if (position == children.size()) return std::nullopt;
        const std::size_t index = position++;
        return RenderJob{index, &children[index].proposal.patch,
                         noteOf(children[index].proposal, target_, options_.velocity),
                         target_.sound.seconds(), children[index].partLimit > 0 ? kPartSeconds : 0};
      };
      const auto done = [&](const RenderOutcome& outcome) {
        Child& child = children[outcome.tag];
        child.wasCut = outcome.status == RenderOutcome::Status::cut;
        child.candidate = heard(target_, child.proposal, outcome, child.problem, child.keepWithin);
      };
      const auto goOn = [&](std::uint64_t tag, const StereoView& part) {
        const auto spectrum = finiteMssSpectrum(part.left, part.right);
        return !spectrum || mss(targetPart_, *spectrum) <= children[tag].partLimit;
      };
      if (cuts_) instruments_[synth].pool->run(next, done, goOn);
      else instruments_[synth].pool->run(next, done);
    }
    renders_ += children.size();
    for (const Child& child : children) {
      cut_ += child.wasCut;
      if (!child.problem.empty())
        problems_.push_back(fmt::format("{}: {}", child.proposal.origin, child.problem));
    }
  }

  /// Who stays. A child that is its parent but for a few parameters can only take its parent's place, so that
  /// one patch and its kin do not fill the house; others push out the worst.
  void settleBred(std::vector<Child> children) {
    const double worst = members_.back().cost;
    std::vector<Member> others;
    std::vector<std::pair<std::size_t, Member>> kin;
    for (Child& child : children) {
      const Member& parent = members_[child.parent];
      const bool better = child.candidate && cost(*child.candidate) < parent.cost;
      variations_.learn(*child.variation, better);
      if (!child.candidate) continue;
      remember(*child.candidate);
      if (isLocal(*child.variation))
        breeders_[child.genome.synth].learn(parent.genome, child.genome,
                                            mss(parent.candidate.spectrum, child.candidate->spectrum));
      if (isLocal(*child.variation) ? !better : cost(*child.candidate) >= worst) continue;
      Member grown = member(std::move(child.genome), std::move(*child.candidate));
      if (isLocal(*child.variation)) kin.emplace_back(child.parent, std::move(grown));
      else others.push_back(std::move(grown));
    }
    for (auto& [parent, member] : kin)
      if (member.cost < members_[parent].cost) members_[parent] = std::move(member);
    for (Member& member : others) members_.push_back(std::move(member));
    sort();
    removeWorst();
  }

  /// The worst go, except those that are the best in some respect.
  void removeWorst() {
    std::vector<bool> best(members_.size(), false);
    for (std::size_t which = 0; cases_ && which < kErrorCases; ++which)
      best[std::size_t(std::min_element(members_.begin(), members_.end(),
                                        [&](const Member& a, const Member& b) {
                                          return a.cases[which] < b.cases[which];
                                        }) -
                       members_.begin())] = true;
    for (const bool evenTheBest : {false, true})
      for (std::size_t i = members_.size(); i-- > 0 && members_.size() > capacity_;)
        if (evenTheBest || !best[i]) members_.erase(members_.begin() + std::ptrdiff_t(i));
  }

  /// The search ends in one place. What it passed on the way there, and sounds otherwise, is worth keeping
  /// for those who want several that differ.
  void remember(const Candidate& candidate) {
    if (candidate.sound.frames() == 0) return;  // it lay too far off when it was heard
    if (different_.size() == kMostDifferent && candidate.mss >= different_.back().mss) return;
    const auto isNear = [&](const Candidate& other) {
      return mss(candidate.spectrum, other.spectrum) < kLeastDifference;
    };
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

  static bool isSamePatch(const Candidate& one, const Candidate& other) {
    const Patch &a = one.proposal.patch, &b = other.proposal.patch;
    return a.state == b.state &&
           std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                      [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
  }

  bool isRemembered(const Candidate& candidate) const {
    return std::any_of(different_.begin(), different_.end(), [&](const Candidate& other) {
      return candidate.mss == other.mss && isSamePatch(candidate, other);
    });
  }

  void tell() {
    if (members_.empty()) return;
    const Member& best = members_.front();
    if (best.cost < told_.best) told_ = {0, 0, best.cost, best.candidate.mss};
    if (options_.onProgress)
      options_.onProgress({renders_, seconds(), told_.best, told_.mss, [this] { return found(); }, cut_});
  }

  std::vector<Candidate> found() const {
    std::vector<Candidate> found = different_;
    for (std::size_t i = 0; i < std::min(starts_.size(), kMostDifferent); ++i)
      found.push_back(starts_[i].candidate);
    std::stable_sort(found.begin(), found.end(), nearer);
    return found;
  }

  const Target& target_;
  std::vector<Instrument>& instruments_;
  const RefineOptions& options_;
  std::vector<std::string>& problems_;
  std::deque<Breeder> breeders_;
  VariationChoice variations_{target_.lengthOpen ? kOperators : std::size_t(Operator::noteLength)};
  std::vector<Member> starts_, members_;  ///< nearest first
  std::vector<Candidate> different_;      ///< bred here, nearest first, no two closer than `kLeastDifference`
  std::vector<Candidate> finished_;
  std::size_t capacity_ = 0;
  std::size_t batches_ = 0;  ///< of this run
  std::uint64_t ids_ = 0;
  RefineProgress told_{0, 0, std::numeric_limits<double>::infinity(), 0};

  std::size_t bestBatch_ = 0;   ///< of this run, when its best was last better by `kProgress`
  double bestCost_ = 0;         ///< then
  std::vector<Member> before_;  ///< what the run before has found

  std::optional<Polisher> polisher_;
  std::vector<Genome> donors_;
  Candidate champion_;       ///< that the polisher began with
  std::uint64_t place_ = 0;  ///< id of the member that it improves

  bool cases_ = true;  ///< whether selection looks at single respects
  bool cuts_ = false;  ///< whether renders may be cut
  std::size_t partFrames_ = 0;
  Candidate nearestStart_;  ///< where `spread_`
  std::optional<double>
      spread_;  ///< of the objective, between two renders of one patch; none where they are equal
  MssSpectrum targetPart_;
  std::size_t renders_ = 0, cut_ = 0;
  std::uint64_t bred_ = 0;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

std::vector<Proposal> splitOff(std::vector<Proposal>& proposals, std::size_t count) {
  if (proposals.size() <= count) return {};
  const auto rest = proposals.begin() + std::ptrdiff_t(count);
  std::vector<Proposal> others(std::make_move_iterator(rest), std::make_move_iterator(proposals.end()));
  proposals.erase(rest, proposals.end());
  return others;
}

std::vector<Candidate> refine(const Target& target, std::vector<Candidate> starts,
                              std::vector<Instrument>& instruments, const RefineOptions& options,
                              std::vector<std::string>& problems) {
  return Search(target, instruments, options, problems).run(std::move(starts));
}

}  // namespace patchpilot
