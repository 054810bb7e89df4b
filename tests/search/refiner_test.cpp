#include "search/refiner.h"

#include "search_inputs.h"
#include "synth/voice_engine.h"
#include "test_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <stop_token>
#include <utility>

namespace patchpilot {
namespace {

constexpr double kSeconds = 0.5;

std::shared_ptr<Engine> engine(const std::string& space, int workers, double seconds = kSeconds) {
  return std::make_shared<PluginEngine>(std::make_shared<Synth>(loadSpace(space)),
                                        RenderPoolOptions{workers, seconds});
}

/// What DX10 makes of a patch of its space.
Target drawnTarget(Engine& from, std::uint64_t index, double length = 0.3, double seconds = kSeconds) {
  Target target;
  target.note = 57;
  target.lengthSeconds = length;
  Patch patch;
  patch = Patch::point(from.space().draw(99, index));
  target.sound = renderAll(from, {RenderJob{0, &patch, Note{57, 100, length}, seconds}}).front().value();
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

std::vector<Candidate> starts(const Target& target, const Engines& engines, int count,
                              const Objective& objective = {}) {
  std::vector<Proposal> proposals;
  for (int i = 0; i < count; ++i) {
    Proposal& proposal = proposals.emplace_back();
    proposal.patch = Patch::point(engines[0]->space().draw(1, std::uint64_t(i)));
    proposal.origin = fmt::format("draw {}", i);
  }
  std::vector<std::string> problems;
  RankOptions options;
  options.objective = objective;
  return rankByRendering(target, proposals, engines, options, problems);
}

std::vector<Candidate> refined(const Engines& engines, std::uint64_t index, RefineOptions options) {
  const Target target = drawnTarget(*engines[0], index);
  std::vector<std::string> problems;
  auto result = refine(target, starts(target, engines, 12, options.objective), engines, options, problems);
  EXPECT_TRUE(problems.empty()) << problems.front();
  return result;
}

class Refine : public ::testing::Test {
 protected:
  TestPlaces places;
};

TEST_F(Refine, ComesNearerAndNeverLosesWhatItHad) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
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
TEST_F(Refine, RecombinesUnrenderedProposals) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  const double without = refined(engines, 2, {.renders = 120}).front().mss;
  RefineOptions options{.renders = 120};
  options.unrendered.emplace_back().patch =
      Patch::point(engines[0]->space().draw(99, 2));  // the target's own patch
  EXPECT_LT(refined(engines, 2, options).front().mss, 0.8 * without);
}

TEST_F(Refine, ASeedGivesTheSameWithAnyNumberOfWorkers) {
  std::vector<std::vector<float>> found;
  for (const int workers : {1, 3}) {
    Engines engines;
    engines.push_back(engine("dx10", workers));
    found.push_back(refined(engines, 1, {.renders = 900, .seed = 5}).front().proposal.patch.values());
  }
  EXPECT_EQ(found[0], found[1]);
}

TEST_F(Refine, ByTheDefaultObjectiveTheRestOfItFallsTooAndWorkersDoNotMatter) {
  std::vector<std::vector<double>> distances;
  for (const int workers : {1, 3}) {
    Engines engines;
    engines.push_back(engine("dx10", workers));
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

TEST_F(Refine, TheFiveThatDifferAreRefinedAsWell) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
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

TEST_F(Refine, MakesExactlyTheRendersThatItMay) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  std::size_t renders = 0;
  refined(engines, 0, {.renders = 50, .onProgress = [&](const RefineProgress& p) { renders = p.renders; }});
  EXPECT_EQ(renders, 50u);
}

// Each note of this synth starts at another phase: the nearest of many renders was a lucky one, and is not
// what is told.
TEST_F(Refine, OfASynthThatDiffersEachTimeHearsTheBestOnceMore) {
  auto synth = std::make_shared<Synth>(
      parseSpace(testSynthSpace("[base.values]\n\"1209197763\" = 1.0\n"), "random.toml"));
  Engines engines;
  engines.push_back(std::make_shared<PluginEngine>(synth, RenderPoolOptions{2, kSeconds}));
  for (std::uint64_t index = 0; index < 3; ++index) {
    const Target target = drawnTarget(*engines[0], index);
    const auto before = starts(target, engines, 12);
    std::vector<std::string> problems;
    RefineOptions options{.renders = 120};
    std::size_t renders = 0;
    std::vector<double> told;
    options.onProgress = [&](const RefineProgress& p) {
      renders = p.renders;
      told.push_back(p.mss);
      for (const Candidate& candidate : p.found()) EXPECT_FALSE(candidate.sound.samples().empty());
    };
    const auto after = refine(target, before, engines, options, problems);
    EXPECT_EQ(renders, 120u);
    EXPECT_LE(after.front().mss, before.front().mss);
    if (after.front().mss < before.front().mss) {
      EXPECT_EQ(std::count(told.begin(), told.end(), after.front().mss), 0);
    }
    for (const Candidate& candidate : after)
      EXPECT_EQ(candidate.proposal.patch.values()[8], 0) << "what the space holds constant always was moved";
    EXPECT_EQ(after.front().mss, mss(target.spectrum, mssSpectrum(after.front().sound)));
  }
}

TEST_F(Refine, FollowsTheObjectiveThatItIsGiven) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
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

TEST_F(Refine, AStopKeepsTheBestSoFar) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
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

TEST_F(Refine, OfPresetsStaysWithWhatNoParameterReaches) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  const Target target = drawnTarget(*engines[0], 2);
  std::vector<std::string> problems;
  auto ranked = rankByRendering(target, factoryProposals(pluginOf(*engines[0]), 10), engines, {}, problems);
  ASSERT_EQ(ranked.size(), 10u);
  const double before = ranked.front().mss;
  const auto after = refine(target, std::move(ranked), engines, {.renders = 240}, problems);
  EXPECT_TRUE(problems.empty()) << problems.front();
  EXPECT_LT(after.front().mss, 0.9 * before);
  EXPECT_TRUE(after.front().proposal.patch.isPreset());
  EXPECT_FALSE(after.front().proposal.sources.empty());
}

TEST_F(Refine, CutsWhatIsTooFarOffAndEndsTheSameWithAnyNumberOfWorkers) {
  constexpr double kLonger = 2.1;  // a second of it is heard before it may be cut
  std::vector<Candidate> results[2];
  for (const int workers : {1, 2}) {
    Engines engines;
    engines.push_back(engine("dx10", workers, kLonger));
    const Target target = drawnTarget(*engines[0], 4, 1.6, kLonger);
    std::vector<std::string> problems;
    std::size_t cut = 0;
    RefineOptions options{.renders = 200};
    options.onProgress = [&](const RefineProgress& progress) { cut = progress.cut; };
    results[workers - 1] = refine(target, starts(target, engines, 12), engines, options, problems);
    EXPECT_GT(cut, 20u);
    EXPECT_LT(cut, 150u);
  }
  ASSERT_EQ(results[0].size(), results[1].size());
  for (std::size_t i = 0; i < results[0].size(); ++i) EXPECT_EQ(results[0][i].mss, results[1][i].mss) << i;
}

// A slow release hides when the key was let go: the right patch sounds wrong until that is found as well.
TEST_F(Refine, FindsWhenTheNoteWasLetGoWhereThatIsOpen) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  Target target = drawnTarget(*engines[0], 2);
  const double truth = std::exchange(target.lengthSeconds, 0.12);
  const auto searched = [&](bool open) {
    target.lengthOpen = open;
    std::vector<Proposal> proposals(1);
    proposals[0].patch = Patch::point(engines[0]->space().draw(99, 2));  // the target's own patch
    std::vector<std::string> problems;
    auto ranked = rankByRendering(target, proposals, engines, {}, problems);
    EXPECT_GT(ranked.front().mss, 0.8);
    for (Candidate& other : starts(target, engines, 11)) ranked.push_back(std::move(other));
    return refine(target, std::move(ranked), engines, {.renders = 480, .seed = 2}, problems);
  };
  const auto found = searched(true);
  EXPECT_NEAR(noteOf(found.front().proposal, target, 100).lengthSeconds, truth, 0.01);
  EXPECT_LT(found.front().mss, 0.1);
  for (const Candidate& candidate : searched(false))
    EXPECT_EQ(noteOf(candidate.proposal, target, 100).lengthSeconds, 0.12);
}

// A patch that is right but for the octave of its key.
TEST_F(Refine, SearchesForTheNoteWhereThatIsOpen) {
  const Engines engines{std::make_shared<VoiceEngine>()};
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

TEST_F(Refine, WhatIsLockedKeepsItsValueInWhateverIsFound) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  const Target target = drawnTarget(*engines[0], 5);
  auto& synth = pluginOf(*engines[0]);
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
