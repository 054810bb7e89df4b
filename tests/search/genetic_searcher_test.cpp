#include "search/genetic_searcher.h"

#include "listen/ranking.h"
#include "search/search_loop.h"
#include "search_inputs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace patchpilot {
namespace {

constexpr std::size_t kStarts = 12;
const std::vector<float> kTruth{0.3f, 0.9f, 0.55f, 0.5f, 0.8f, 0.7f};

/// Searches `tonesSpace` without a plug-in.
class GeneticSearcherTest : public ::testing::Test {
 protected:
  GeneticSearcher searcher(std::function<double(const Candidate&)> distance = {},
                           GeneticOptions options = {}) {
    std::deque<Breeder> breeders;
    breeders.emplace_back(space_, std::vector<float>(6, 0));
    const Objective other = Objective::ofSound([](const AudioBuffer&) { return 0.0; });
    const Fitness fitness(target_, distance ? other : Objective(), nullptr);
    renderer_.distance = std::move(distance);
    std::vector<Individual> starts;
    for (std::size_t i = 0; i < kStarts; ++i) {
      Genome genome = pointGenome(space_.draw(1, i), fmt::format("start {}", i));
      Candidate candidate = renderer_.candidate(genome.proposal());
      starts.push_back(fitness.individual(std::move(genome), std::move(candidate)));
    }
    std::stable_sort(starts.begin(), starts.end(),
                     [](const Individual& a, const Individual& b) { return a.cost < b.cost; });
    return GeneticSearcher(fitness, nullptr, std::move(breeders), std::move(starts), std::move(options));
  }

  void run(Searcher& searcher, std::size_t renders) {
    Budget budget({.renders = renders});
    SearchLoop(renderer_, budget, {}, problems_).run(searcher);
  }

  const ParameterSpace space_ = tonesSpace();
  const Target target_ = tonesTarget(kTruth);
  TonesRenderer renderer_{target_};
  std::vector<std::string> problems_;
};

double distanceToTruth(const Candidate& candidate) {
  double sum = 0;
  for (std::size_t i = 0; i < kTruth.size(); ++i)
    sum += std::abs(candidate.proposal.patch.values()[i] - kTruth[i]);
  return sum;
}

TEST_F(GeneticSearcherTest, FindsTheLeastValueOfAnAnalyticCost) {
  GeneticSearcher search = searcher(distanceToTruth);
  const double before = search.best()->cost;
  run(search, 1200);
  EXPECT_LT(search.best()->cost, 0.05 * before);
}

TEST_F(GeneticSearcherTest, ComesNearerToASoundAndKeepsOthersThatDiffer) {
  GeneticSearcher search = searcher();
  const double before = search.best()->mss;
  run(search, 800);
  EXPECT_LT(search.best()->mss, 0.5 * before);
  const std::vector<Candidate> found = search.found();
  EXPECT_EQ(found.front().mss, search.best()->mss);
  std::vector<const Candidate*> refined;
  for (const Candidate& candidate : found)
    if (candidate.proposal.origin.ends_with(", refined")) refined.push_back(&candidate);
  EXPECT_GE(refined.size(), 5u);
  for (std::size_t i = 0; i < refined.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_GE(mss(refined[i]->spectrum, refined[j]->spectrum), kLeastDifference);
}

TEST_F(GeneticSearcherTest, ASeedGivesTheSameResult) {
  std::set<double> costs;
  for (const std::uint64_t seed : {1u, 1u, 2u}) {
    GeneticSearcher search = searcher({}, {.seed = seed});
    run(search, 300);
    costs.insert(search.best()->cost);
  }
  EXPECT_EQ(costs.size(), 2u);
}

TEST_F(GeneticSearcherTest, AsksForNoMoreThanItMay) {
  GeneticSearcher search = searcher();
  for (std::size_t batch = 0; batch < 60; ++batch) {
    const std::size_t most = 1 + 7 * batch % 40;
    const std::vector<Trial> trials = search.ask(most);
    EXPECT_FALSE(trials.empty());
    EXPECT_LE(trials.size(), most);
    std::vector<Outcome> outcomes = renderer_.render(trials);
    search.tell(outcomes);
  }
}

TEST_F(GeneticSearcherTest, AfterARunIsPolishedTheStartsAreGrafted) {
  GeneticSearcher search = searcher([](const Candidate&) { return 1.0; });  // stagnates at once
  std::vector<std::size_t> sizes;
  const auto step = [&] {
    const std::vector<Trial> trials = search.ask(1000);
    sizes.push_back(trials.size());
    std::vector<Outcome> outcomes = renderer_.render(trials);
    search.tell(outcomes);
  };
  while (sizes.size() < 300 && (sizes.empty() || sizes.back() != kStarts)) step();
  EXPECT_EQ(sizes.back(), kStarts) << "grafts: one for each start";
  EXPECT_EQ(std::count(sizes.begin(), sizes.end(), 7u), 1) << "probes: the champion and six parameters";
  step();
  EXPECT_EQ(sizes.back(), GeneticSearcher::kGeneration);
}

TEST_F(GeneticSearcherTest, FailedRendersAreNoOffspring) {
  GeneticSearcher search = searcher();
  const Standing before = *search.best();
  for (std::size_t batch = 0; batch < 60; ++batch) {
    const std::vector<Trial> trials = search.ask(1000);
    std::vector<Outcome> outcomes(trials.size());
    search.tell(outcomes);
  }
  EXPECT_EQ(search.best()->cost, before.cost);
  for (const Candidate& candidate : search.take())
    EXPECT_TRUE(candidate.proposal.origin.starts_with("start "));
}

TEST_F(GeneticSearcherTest, UnrenderedPatchesAreRecombined) {
  GeneticSearcher with = searcher({}, {.unrendered = {pointGenome(kTruth)}}), without = searcher();
  run(with, 120);
  run(without, 120);
  EXPECT_LT(with.best()->cost, 0.8 * without.best()->cost);
}

TEST_F(GeneticSearcherTest, AllStartsAreAmongTheResults) {
  GeneticSearcher search = searcher();
  run(search, 200);
  std::set<std::string> origins;
  for (const Candidate& candidate : search.take())
    if (!candidate.proposal.origin.ends_with(", refined")) origins.insert(candidate.proposal.origin);
  EXPECT_EQ(origins.size(), kStarts);
}

TEST_F(GeneticSearcherTest, WithoutStartsNothingIsAskedFor) {
  std::deque<Breeder> breeders;
  breeders.emplace_back(space_, std::vector<float>(6, 0));
  GeneticSearcher search(Fitness(target_, {}, nullptr), nullptr, std::move(breeders), {}, {});
  EXPECT_TRUE(search.ask(10).empty());
  EXPECT_FALSE(search.best());
  EXPECT_TRUE(search.take().empty());
}

}  // namespace
}  // namespace patchpilot
