#include "search/refiner.h"

#include "base/process.h"
#include "search/breeding.h"
#include "test_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
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
  patch.values = from.space().draw(99, index);
  target.sound = renderAll(from, {RenderJob{0, &patch, Note{57, 100, length}, seconds}}).front().value();
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

std::vector<Candidate> starts(const Target& target, const Engines& engines, int count) {
  std::vector<Proposal> proposals;
  for (int i = 0; i < count; ++i) {
    Proposal& proposal = proposals.emplace_back();
    proposal.patch.values = engines[0]->space().draw(1, std::uint64_t(i));
    proposal.origin = fmt::format("draw {}", i);
  }
  std::vector<std::string> problems;
  return rankByRendering(target, proposals, engines, {}, problems);
}

std::vector<Candidate> refined(const Engines& engines, std::uint64_t index, RefineOptions options) {
  const Target target = drawnTarget(*engines[0], index);
  std::vector<std::string> problems;
  auto result = refine(target, starts(target, engines, 12), engines, options, problems);
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

// A donor is not rendered itself: what it has comes in by its sections.
TEST_F(Refine, TakesSectionsFromDonors) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  const double without = refined(engines, 2, {.renders = 120}).front().mss;
  RefineOptions options{.renders = 120};
  options.donors.emplace_back().patch.values = engines[0]->space().draw(99, 2);  // the target's own patch
  EXPECT_LT(refined(engines, 2, options).front().mss, 0.8 * without);
}

TEST_F(Refine, ASeedGivesTheSameWithAnyNumberOfWorkers) {
  std::vector<std::vector<float>> found;
  for (const int workers : {1, 3}) {
    Engines engines;
    engines.push_back(engine("dx10", workers));
    found.push_back(refined(engines, 1, {.renders = 900, .seed = 5}).front().proposal.patch.values);
  }
  EXPECT_EQ(found[0], found[1]);
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
      EXPECT_GE(mss(found[chosen[i]].spectrum, found[chosen[j]].spectrum), kLeastDifference);
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
  engines.push_back({synth, std::make_unique<RenderPool>(*synth, RenderPoolOptions{2, kSeconds})});
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
    };
    const auto after = refine(target, before, engines, options, problems);
    EXPECT_EQ(renders, 120u);
    EXPECT_LE(after.front().mss, before.front().mss);
    if (after.front().mss < before.front().mss) {
      EXPECT_EQ(std::count(told.begin(), told.end(), after.front().mss), 0);
    }
    for (const Candidate& candidate : after)
      EXPECT_EQ(candidate.proposal.patch.values[8], 0) << "what the space holds constant always was moved";
    EXPECT_EQ(after.front().mss, mss(target.spectrum, mssSpectrum(after.front().sound)));
  }
}

TEST_F(Refine, FollowsTheObjectiveThatItIsGiven) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  // Whatever the target: the quietest wins.
  RefineOptions options{.renders = 120};
  double first = -1, last = 0;
  options.objective = [](const Candidate& c) {
    double energy = 0;
    for (const float sample : c.sound.samples()) energy += double(sample) * sample;
    return energy;
  };
  options.onProgress = [&](const RefineProgress& p) {
    if (first < 0) first = p.best;
    last = p.best;
  };
  refined(engines, 0, options);
  EXPECT_LT(last, 0.5 * first);
}

TEST_F(Refine, CtrlCKeepsTheBestSoFar) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  RefineOptions options;
  options.seconds = 600;
  options.onProgress = [](const RefineProgress& p) { setInterrupted(p.renders >= 72); };
  const auto found = refined(engines, 1, options);
  setInterrupted(false);
  EXPECT_GT(found.size(), 12u);
}

/// Mda's own presets, as they are searched: whole states.
std::vector<Proposal> factoryProposals(Synth& synth, int count) {
  std::vector<Proposal> proposals;
  for (const auto& preset : readPresets("/usr/lib/lv2/mda.lv2")) {
    if (preset.synthId != synth.plugin().id || int(proposals.size()) == count) continue;
    Proposal& proposal = proposals.emplace_back();
    proposal.patch = patchOfPreset(preset, synth);
    proposal.origin = preset.where();
    proposal.sources = {preset.name};
  }
  return proposals;
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
  EXPECT_FALSE(after.front().proposal.patch.state.empty());
  EXPECT_FALSE(after.front().proposal.sources.empty());
}

TEST_F(Refine, ChildrenStayInTheirSpaceAndChildrenOfPresetsSayWhatTheyCameFrom) {
  Synth synth(loadSpace("jx10"));
  const ParameterSpace& space = synth.space();
  Breeder breeder(synth, 0);
  Proposal drawn[3];
  for (int i = 0; i < 3; ++i) drawn[i].patch.values = space.draw(3, std::uint64_t(i));
  const auto presets = factoryProposals(synth, 3);
  for (const bool ofPresets : {false, true}) {
    Genome parents[3];
    for (std::size_t i = 0; i < 3; ++i) parents[i] = breeder.genome(ofPresets ? presets[i] : drawn[i]);
    for (std::size_t variation = 0; variation < kVariations; ++variation) {
      for (std::uint64_t index = 0; index < 50; ++index) {
        SplitMix64 random(7, index);
        const Genome child = breeder.child(Variation(variation), parents[0], parents[1], parents[2], random);
        EXPECT_TRUE(child.values != parents[0].values) << variation << " " << index;
        for (std::size_t i = 0; i < space.parameters.size(); ++i) {
          const ParameterSpec& p = space.parameters[i];
          const float value = child.values[i];
          if (value == parents[0].values[i] || value == parents[1].values[i]) continue;
          EXPECT_NEAR(value, p.nearest(value), 1e-6) << p.key;
        }
        const Proposal proposal = child.proposal();
        EXPECT_EQ(proposal.patch.state.empty(), !ofPresets);
        for (std::size_t i = 0; i < space.parameters.size(); ++i)
          if (!std::isnan(proposal.patch.values[i])) {
            EXPECT_EQ(proposal.patch.values[i], child.values[i]);
          }
        const bool crossed =
            Variation(variation) == Variation::crossing || Variation(variation) == Variation::exchange;
        if (ofPresets) {
          EXPECT_EQ(child.sources.size(), crossed ? 2u : 1u);
        }
      }
    }
  }
}

TEST_F(Refine, AGraftTakesSomePartsWholeAndLeavesTheOthers) {
  Synth synth(loadSpace("jx10"));
  const ParameterSpace& space = synth.space();
  const std::vector<int> partOf = partsOfParameters(space);
  const std::size_t lockedOne = *space.find("vcf_freq");
  Breeder breeder(synth, 0, {.locked = {{lockedOne, 0.625f}}});
  Proposal drawn[2];
  for (std::size_t i = 0; i < 2; ++i) drawn[i].patch.values = space.draw(3, i);
  const Genome start = breeder.genome(drawn[0]), best = breeder.genome(drawn[1]);
  std::set<std::vector<bool>> choices;
  for (std::uint64_t index = 0; index < 60; ++index) {
    SplitMix64 random(7, index);
    const std::vector<bool> kept = breeder.partsToKeep(random);
    choices.insert(kept);
    const Genome child = breeder.grafted(start, best, kept);
    for (std::size_t i = 0; i < space.parameters.size(); ++i) {
      const bool ofBest = partOf[i] < 0 || kept[std::size_t(partOf[i])];
      EXPECT_EQ(child.values[i], i == lockedOne ? 0.625f : (ofBest ? best : start).values[i])
          << space.parameters[i].key;
    }
    const auto count = std::size_t(std::count(kept.begin(), kept.end(), true));
    EXPECT_TRUE(count > 0 && count < kept.size()) << count;
  }
  EXPECT_EQ(choices.size(), 14u) << "four parts, all and none left out";
}

TEST_F(Refine, FineTuningGoesOnWhereTheNextSemitoneBegins) {
  Synth synth(loadSpace("jx10"));
  const ParameterSpace& space = synth.space();
  const std::size_t fine = *space.find("osc_fine"), coarse = *space.find("osc_tune");
  const ParameterSpec& semitones = space.parameters[coarse];
  Genome low;
  low.values = space.draw(1, 0);
  low.values[fine] = 0.001f;
  low.values[coarse] = semitones.choices[20].value;
  const Breeder breeder(synth, 0), locked(synth, 0, {.locked = {{coarse, low.values[coarse]}}});
  std::size_t lower = 0, others = 0;
  for (std::uint64_t index = 0; index < 3000; ++index) {
    SplitMix64 random(7, index);
    const Genome child = breeder.child(Variation::little, low, low, low, random);
    SplitMix64 same(7, index);
    EXPECT_EQ(locked.child(Variation::little, low, low, low, same).values[coarse], low.values[coarse]);
    if (child.values[fine] > 0.8f) ++(child.values[coarse] == semitones.choices[19].value ? lower : others);
  }
  EXPECT_GT(lower, 10u);
  EXPECT_GT(lower, others) << "those have moved the coarse tuning as well";
  std::vector<double> beyond{-0.25};
  const Genome polished = breeder.withValues(low, {fine}, beyond);
  EXPECT_FLOAT_EQ(polished.values[fine], 0.75f);
  EXPECT_EQ(polished.values[coarse], semitones.choices[19].value);
  EXPECT_EQ(beyond[0], -0.25) << "for whoever drew it the range goes on";
}

TEST_F(Refine, NoChildDiffersOnlyInWhatIsSilent) {
  Synth synth(loadSpace("jx10"));
  const ParameterSpace& space = synth.space();
  Breeder breeder(synth, 0);
  Proposal proposal;
  proposal.patch.values = space.draw(1, 0);
  for (const Gate& gate : space.gates)
    for (const auto& [key, value] : gate.closed) proposal.patch.values[*space.find(key)] = value;
  const Genome parent = breeder.genome(proposal);
  const auto silent = space.silent(parent.values);
  ASSERT_EQ(silent.size(), 8u);
  const auto isSilent = [&](std::size_t i) { return std::binary_search(silent.begin(), silent.end(), i); };
  Genome other = parent;
  for (const std::size_t i : silent) other.values[i] = space.draw(1, 1)[i];
  for (std::uint64_t i = 0; i < 400; ++i) {
    SplitMix64 random(5, i);
    const Variation variation = Variation(i % 5);
    const Genome child = breeder.child(variation, parent, other, other, random);
    bool heard = false;
    for (std::size_t p = 0; p < child.values.size(); ++p)
      heard |= child.values[p] != parent.values[p] && !isSilent(p);
    EXPECT_TRUE(heard) << i;
  }
  for (const std::size_t i : breeder.searchable(parent)) EXPECT_FALSE(isSilent(i)) << space.parameters[i].key;
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

TEST_F(Refine, AnLfoIsSetToARateThatTheTargetHas) {
  Synth synth(loadSpace("jx10"));
  const ParameterSpace& space = synth.space();
  const std::size_t rate = *space.find("lfo_rate");
  const Lfo& lfo = space.lfos.front();
  const auto near = [&](const std::vector<double>& rates) {
    const Breeder breeder(synth, 0, {.rates = rates});
    Genome parent;
    parent.values = space.draw(1, 0);
    parent.values[rate] = lfo.valueAt(0.5, 0, 1);
    std::size_t count = 0;
    for (std::uint64_t index = 0; index < 3000; ++index) {
      SplitMix64 random(7, index);
      const double hertz =
          lfo.hertzAt(breeder.child(Variation::little, parent, parent, parent, random).values[rate]);
      count += std::abs(hertz / 7 - 1) < 0.1;
    }
    return count;
  };
  EXPECT_EQ(near({}), 0u);
  EXPECT_GT(near({7.0, 300.0}), 50u) << "300 Hz is faster than it goes, and no reason to leave 7 out";
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
    proposals[0].patch.values = engines[0]->space().draw(99, 2);  // the target's own patch
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

TEST_F(Refine, WhatIsLockedKeepsItsValueInWhateverIsFound) {
  Engines engines;
  engines.push_back(engine("dx10", 2));
  const Target target = drawnTarget(*engines[0], 5);
  auto& synth = pluginOf(*engines[0]);
  std::vector<LockedParameter> locked;
  for (const std::size_t parameter : {1u, 4u, 7u})
    locked.push_back({parameter, synth.space().parameters[parameter].nearest(0.25f)});
  const Breeder breeder(synth, 0, {.locked = locked});
  Genome start;
  start.values = synth.space().draw(1, 0);
  const std::vector<Genome> around = breeder.around(start, 20, 3);
  ASSERT_EQ(around.size(), 21u);
  std::vector<Proposal> proposals;
  for (const Genome& genome : around) proposals.push_back(genome.proposal());
  std::vector<std::string> problems;
  RefineOptions options{.renders = 240, .locked = locked};
  options.donors.push_back({});
  options.donors.back().patch.values = synth.space().draw(1, 7);
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
      ASSERT_EQ(candidate.proposal.patch.values[one.parameter], one.value);
    others.insert(candidate.proposal.patch.values[2]);
  }
  EXPECT_GT(others.size(), 3u) << "what is not locked moves";
}

}  // namespace
}  // namespace patchpilot
