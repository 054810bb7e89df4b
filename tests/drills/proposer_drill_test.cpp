// Adds a proposer that learns from what was rendered: one file, nothing under src/ touched.
#include "drill_support.h"

#include <algorithm>

namespace patchpilot {
namespace {

/// Draws at random at first, then near the nearest patch that it has observed.
class Follower : public Proposer {
 public:
  explicit Follower(Engine& engine) : engine_(engine) {}

  std::string name() const override { return "follower"; }
  int rounds(const Target&) const override { return 4; }

  std::vector<Proposal> propose(const Target&, int count) override {
    std::vector<Proposal> proposals;
    for (int i = 0; i < count; ++i) {
      Proposal& proposal = proposals.emplace_back();
      proposal.origin = fmt::format("follower {}", drawn_);
      const std::vector<float> drawn = engine_.space().draw(7, drawn_++);
      proposal.patch = Patch::point(drawn);
      if (!best_) continue;
      // One or two parameters of the best are drawn anew.
      proposal.patch = Patch::point(best_->proposal.patch.values());
      for (const std::size_t which : {drawn_ % drawn.size(), (drawn_ * 5) % drawn.size()})
        proposal.patch.values()[which] = drawn[which];
    }
    return proposals;
  }

  void observe(std::span<const Candidate> candidates) override {
    ++observed;
    for (const Candidate& candidate : candidates)
      if (!best_ || candidate.mss < best_->mss) best_ = candidate;
  }

  int observed = 0;

 private:
  Engine& engine_;
  std::uint64_t drawn_ = 0;
  std::optional<Candidate> best_;
};

/// Counts what is rendered.
struct Counter : SessionObserver {
  void onRanking(const RankProgress& progress, std::size_t) override { done = progress.done; }
  std::size_t done = 0;
};

TEST(ProposerDrill, WhatIsRenderedComesBackAndTheNextRoundIsNearer) {
  const Engines engines{std::make_shared<VoiceEngine>()};
  double followed = 0, drawn = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const Target target = voiceTarget(seed);
    const auto follower = std::make_shared<Follower>(*engines[0]);
    Counter counter;
    Session session(target, engines, {follower}, {.proposals = 120}, counter, {});
    session.rank();
    EXPECT_EQ(follower->observed, 4);
    EXPECT_EQ(counter.done, 120u);
    followed += session.candidates().front().mss;
    Session control(target, engines, {randomProposer(engines)}, {.proposals = 120}, counter, {});
    control.rank();
    drawn += control.candidates().front().mss;
  }
  EXPECT_LT(followed, drawn);
}

TEST(ProposerDrill, ProposalsOfSeveralArePooledAndShareTheRenders) {
  const Engines engines{std::make_shared<VoiceEngine>()};
  const Target target = voiceTarget(3);
  const auto follower = std::make_shared<Follower>(*engines[0]);
  Counter counter;
  Session session(target, engines, {follower, randomProposer(engines)}, {.proposals = 40}, counter, {});
  session.rank();
  EXPECT_EQ(counter.done, 40u);
  const auto& all = session.candidates();
  const auto ofFollower = std::count_if(all.begin(), all.end(), [](const Candidate& candidate) {
    return candidate.proposal.origin.starts_with("follower");
  });
  EXPECT_GT(ofFollower, 5);
  EXPECT_LT(ofFollower, 35);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const Candidate& a, const Candidate& b) { return a.mss < b.mss; }));
}

/// Knows the answer but for small changes.
class Insider : public Proposer {
 public:
  explicit Insider(std::vector<float> truth) : truth_(std::move(truth)) {}

  std::string name() const override { return "insider"; }

  std::vector<int> counts;  ///< that it was asked for

  std::vector<Proposal> propose(const Target&, int count) override {
    counts.push_back(count);
    std::vector<Proposal> proposals;
    for (int i = 0; i < count; ++i) {
      Proposal& proposal = proposals.emplace_back();
      proposal.origin = fmt::format("insider {}", i);
      std::vector<float> values = truth_;
      values.back() = std::min(1.0f, values.back() + 0.001f * float(i + 1));
      proposal.patch = Patch::point(std::move(values));
    }
    return proposals;
  }

 private:
  std::vector<float> truth_;
};

TEST(ProposerDrill, OfSeveralTheNearestGetsMostOfTheRenders) {
  const Engines engines{std::make_shared<VoiceEngine>()};
  const Target target = voiceTarget(3);
  for (const bool insiderFirst : {true, false}) {
    std::vector<std::shared_ptr<Proposer>> proposers{std::make_shared<Insider>(voiceValues(3)),
                                                     randomProposer(engines)};
    if (!insiderFirst) std::swap(proposers[0], proposers[1]);
    Counter counter;
    Session session(target, engines, proposers, {.proposals = 60}, counter, {});
    session.rank();
    const auto& all = session.candidates();
    EXPECT_EQ(all.size(), 60u);
    const auto ofInsider = std::count_if(all.begin(), all.end(), [](const Candidate& candidate) {
      return candidate.proposal.origin.starts_with("insider");
    });
    EXPECT_GT(ofInsider, 45);
    EXPECT_LT(ofInsider, 60);
  }
}

TEST(ProposerDrill, OfFewRendersEachHasOne) {
  const Engines engines{std::make_shared<VoiceEngine>()};
  const Target target = voiceTarget(3);
  for (const int renders : {2, 3, 5}) {
    const std::vector<std::shared_ptr<Proposer>> proposers{randomProposer(engines),
                                                           std::make_shared<Insider>(voiceValues(3))};
    SessionObserver nobody;
    Session session(target, engines, proposers, {.proposals = renders, .top = 1}, nobody, {});
    session.rank();
    const auto& all = session.candidates();
    EXPECT_EQ(all.size(), std::size_t(renders));
    EXPECT_TRUE(all.front().proposal.origin.starts_with("insider")) << renders;
    EXPECT_TRUE(all.back().proposal.origin.starts_with("voice")) << renders;
  }
}

/// Proposes one patch, played so long.
class OneLength : public Proposer {
 public:
  OneLength(std::vector<float> values, double seconds) : values_(std::move(values)), seconds_(seconds) {}

  std::string name() const override { return "one length"; }
  std::vector<Proposal> propose(const Target&, int) override {
    Proposal proposal;
    proposal.patch = Patch::point(values_);
    proposal.lengthSeconds = seconds_;
    return {proposal};
  }

 private:
  std::vector<float> values_;
  double seconds_;
};

TEST(ProposerDrill, InAPoolAPatchWithTwoLengthsIsTwoProposals) {
  const Engines engines{std::make_shared<VoiceEngine>()};
  const Target target = voiceTarget(3);
  const auto proposer = [](double seconds) { return std::make_shared<OneLength>(voiceValues(3), seconds); };
  SessionObserver nobody;
  Session session(target, engines, {proposer(0.05), proposer(target.lengthSeconds), proposer(0.05)}, {},
                  nobody, {});
  session.rank();
  ASSERT_EQ(session.candidates().size(), 2u);
  EXPECT_EQ(session.candidates().front().proposal.lengthSeconds, target.lengthSeconds);
}

TEST(ProposerDrill, InAPoolAProposerOfOneRoundIsAskedOnceForAllThatMayBeTaken) {
  const Engines engines{std::make_shared<VoiceEngine>()};
  const Target target = voiceTarget(3);
  const auto insider = std::make_shared<Insider>(voiceValues(3));
  const auto follower = std::make_shared<Follower>(*engines[0]);
  Counter counter;
  Session session(target, engines, {insider, follower}, {.proposals = 60}, counter, {});
  session.rank();
  EXPECT_EQ(insider->counts, std::vector<int>{60});
  EXPECT_EQ(follower->observed, 4);
  EXPECT_EQ(session.candidates().size(), 60u);
}

}  // namespace
}  // namespace patchpilot
