#include "search/refiner.h"

#include "refine_inputs.h"
#include "search_inputs.h"
#include "synth/voice_engine.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <stop_token>
#include <utility>

namespace patchpilot {
namespace {

Engines voice() { return {std::make_shared<VoiceEngine>()}; }

TEST(Refine, ComesNearerAndNeverLosesWhatItHad) {
  const Engines engines = voice();
  for (std::uint64_t index = 0; index < 3; ++index) {
    const Target target = drawnTarget(*engines[0], index);
    const double before = starts(target, engines, 12).front().mss;
    const auto after = refined(engines, index, {.renders = 240});
    EXPECT_LT(after.front().mss, 0.8 * before);
    EXPECT_TRUE(std::is_sorted(after.begin(), after.end(),
                               [](const auto& a, const auto& b) { return a.mss < b.mss; }));
    // The starts are all there, for those who want five that differ.
    EXPECT_EQ(std::count_if(after.begin(), after.end(),
                            [](const auto& c) { return !c.proposal.origin.ends_with("refined"); }),
              12);
    EXPECT_TRUE(after.front().proposal.origin.ends_with(", refined")) << after.front().proposal.origin;
  }
}

// Unrendered proposals are second parents.
TEST(Refine, RecombinesUnrenderedProposals) {
  const Engines engines = voice();
  const double without = refined(engines, 2, {.renders = 120}).front().mss;
  RefineOptions options{.renders = 120};
  options.unrendered.emplace_back().patch =
      Patch::point(engines[0]->space().draw(99, 2));  // the target's own patch
  EXPECT_LT(refined(engines, 2, options).front().mss, 0.8 * without);
}

TEST(Refine, ByTheDefaultObjectiveTheRestOfItFallsTooAndASeedGivesTheSame) {
  const Engines engines = voice();
  std::vector<std::vector<double>> distances;
  for (int time = 0; time < 2; ++time) {
    RefineOptions options{.renders = 400, .seed = 5};
    const Target target = drawnTarget(*engines[0], 1);
    options.objective = makeObjective("", target);
    const Candidate before = starts(target, engines, 12, options.objective).front();
    const auto after = refined(engines, 1, options);
    EXPECT_LT(after.front().distance, 0.8 * before.distance);
    EXPECT_LT(std::accumulate(after.front().terms.begin(), after.front().terms.end(), 0.0f),
              std::accumulate(before.terms.begin(), before.terms.end(), 0.0f));
    distances.emplace_back();
    for (const Candidate& candidate : after) {
      EXPECT_EQ(candidate.terms.size(), 3u) << "what is returned was measured exactly";
      distances.back().push_back(candidate.distance);
    }
  }
  EXPECT_EQ(distances[0], distances[1]);
}

TEST(Refine, TheFiveThatDifferAreRefinedAsWell) {
  const Engines engines = voice();
  const auto found = refined(engines, 1, {.renders = 400});
  const auto chosen = chooseDifferent(found, 5);
  ASSERT_EQ(chosen.size(), 5u);
  int bred = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    bred += found[chosen[i]].proposal.origin.ends_with(", refined");
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_FALSE(soundAlike(found[chosen[i]].spectrum, found[chosen[j]].spectrum));
  }
  EXPECT_GE(bred, 4);
}

TEST(Refine, MakesExactlyTheRendersThatItMay) {
  const Engines engines = voice();
  std::size_t renders = 0;
  refined(engines, 0, {.renders = 50, .onProgress = [&](const RefineProgress& p) { renders = p.renders; }});
  EXPECT_EQ(renders, 50u);
}

TEST(Refine, FollowsTheObjectiveThatItIsGiven) {
  const Engines engines = voice();
  // Whatever the target: the quietest wins.
  RefineOptions options{.renders = 120};
  double first = -1, last = 0;
  options.objective = Objective::ofSound([](const AudioBuffer& sound) {
    double energy = 0;
    for (const float sample : sound.samples()) energy += double(sample) * sample;
    return energy;
  });
  options.onProgress = [&](const RefineProgress& p) {
    if (first < 0) first = p.best;
    last = p.best;
  };
  refined(engines, 0, options);
  EXPECT_LT(last, 0.5 * first);
}

TEST(Refine, AStopKeepsTheBestSoFar) {
  const Engines engines = voice();
  RefineOptions options;
  options.seconds = 600;
  std::stop_source source;
  options.stop = source.get_token();
  options.onProgress = [&](const RefineProgress& p) {
    if (p.renders >= 72) source.request_stop();
  };
  const auto found = refined(engines, 1, options);
  EXPECT_GT(found.size(), 12u);
}

// A patch that is right but for the octave of its key.
TEST(Refine, SearchesForTheNoteWhereThatIsOpen) {
  const Engines engines = voice();
  Target target = drawnTarget(*engines[0], 3);
  const int truth = std::exchange(target.note, target.note - 12);
  const auto searched = [&](bool open) {
    target.noteOpen = open;
    std::vector<Proposal> proposals(1);
    proposals[0].patch = Patch::point(engines[0]->space().draw(99, 3));  // the target's own
    std::vector<std::string> problems;
    auto ranked = rankByRendering(target, proposals, engines, {}, problems);
    const double before = ranked.front().mss;
    auto found = refine(target, std::move(ranked), engines, {.renders = 480, .seed = 2}, problems);
    EXPECT_LT(found.front().mss, 0.9 * before);
    return found;
  };
  const auto isTrue = [&](const Candidate& candidate) {
    return noteOf(candidate.proposal, target, 100).midi == truth;
  };
  const auto found = searched(true);
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), isTrue));
  for (const Candidate& candidate : searched(false))
    EXPECT_EQ(noteOf(candidate.proposal, target, 100).midi, truth - 12);
}

TEST(Refine, WhatIsLockedKeepsItsValueInWhateverIsFound) {
  const Engines engines = voice();
  const Target target = drawnTarget(*engines[0], 5);
  Engine& synth = *engines[0];
  std::vector<LockedParameter> locked;
  for (const std::size_t parameter : {1u, 4u, 7u})
    locked.push_back({parameter, synth.space().parameters[parameter].nearest(0.25f)});
  const Breeder breeder(synth.space(), synth.defaults(), {.locked = locked});
  Genome start;
  start.values = synth.space().draw(1, 0);
  const std::vector<Genome> around = breeder.around(start, 20, 3);
  ASSERT_EQ(around.size(), 21u);
  std::vector<Proposal> proposals;
  for (const Genome& genome : around) proposals.push_back(genome.proposal());
  std::vector<std::string> problems;
  RefineOptions options{.renders = 240, .locked = locked};
  options.unrendered.push_back({});
  options.unrendered.back().patch = Patch::point(synth.space().draw(1, 7));
  std::size_t looks = 0;
  options.onProgress = [&](const RefineProgress& p) {
    const auto found = p.found();
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.front().mss, p.mss) << "the nearest so far is among them";
    ++looks;
  };
  const double before = rankByRendering(target, proposals, engines, {}, problems).front().mss;
  const auto found =
      refine(target, rankByRendering(target, proposals, engines, {}, problems), engines, options, problems);
  EXPECT_GT(looks, 5u);
  EXPECT_LT(found.front().mss, before);
  std::set<float> others;
  for (const Candidate& candidate : found) {
    for (const LockedParameter& one : locked)
      ASSERT_EQ(candidate.proposal.patch.values()[one.parameter], one.value);
    others.insert(candidate.proposal.patch.values()[2]);
  }
  EXPECT_GT(others.size(), 3u) << "what is not locked moves";
}

}  // namespace
}  // namespace patchpilot
