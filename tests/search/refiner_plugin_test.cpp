#include "search/refiner.h"

#include "refine_inputs.h"
#include "search_inputs.h"
#include "test_support.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace patchpilot {
namespace {

// What takes a plug-in: several workers, presets, sounds that are not the same twice, a slow release.

std::shared_ptr<Engine> engine(const std::string& space, int workers, double seconds = kRefinedSeconds) {
  return std::make_shared<PluginEngine>(std::make_shared<Synth>(loadSpace(space)),
                                        RenderPoolOptions{workers, seconds});
}

class RefineWithPlugins : public ::testing::Test {
 protected:
  TestPlaces places;
};

TEST_F(RefineWithPlugins, ASeedGivesTheSameWithAnyNumberOfWorkers) {
  std::vector<std::vector<float>> found;
  for (const int workers : {1, 3}) {
    Engines engines;
    engines.push_back(engine("dx10", workers));
    found.push_back(refined(engines, 1, {.renders = 900, .seed = 5}).front().proposal.patch.values());
  }
  EXPECT_EQ(found[0], found[1]);
}

// Each note of this synth starts at another phase: the nearest of many renders was a lucky one, and is not
// what is told.
TEST_F(RefineWithPlugins, OfASynthThatDiffersEachTimeHearsTheBestOnceMore) {
  auto synth = std::make_shared<Synth>(
      parseSpace(testSynthSpace("[base.values]\n\"1209197763\" = 1.0\n"), "random.toml"));
  Engines engines;
  engines.push_back(std::make_shared<PluginEngine>(synth, RenderPoolOptions{2, kRefinedSeconds}));
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

TEST_F(RefineWithPlugins, OfPresetsStaysWithWhatNoParameterReaches) {
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

TEST_F(RefineWithPlugins, CutsWhatIsTooFarOffAndEndsTheSameWithAnyNumberOfWorkers) {
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
TEST_F(RefineWithPlugins, FindsWhenTheNoteWasLetGoWhereThatIsOpen) {
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

}  // namespace
}  // namespace patchpilot
