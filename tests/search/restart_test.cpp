#include "search/restart.h"

#include "search_inputs.h"

#include <gtest/gtest.h>

#include <set>

namespace patchpilot {
namespace {

constexpr float kStart = 0.25f, kBest = 0.75f;

class Restart : public ::testing::Test {
 protected:
  Restart() {
    for (std::size_t i = 0; i < 5; ++i) {
      starts_.push_back(individualOf(double(i)));
      starts_.back().genome = pointGenome(std::vector<float>(6, kStart));
      starts_.back().genome.sources = {"start"};
    }
    starts_[1].genome.synth = 1;
    starts_[3].genome.state = {1};
    best_.sources = {"best"};
    best_.lengthSeconds = 0.3;
  }

  const ParameterSpace parameters_ = tonesSpace();
  const SearchSpace space_{parameters_, std::vector<float>(6, 0), {}};
  const Recombination recombination_{space_};
  std::vector<Individual> starts_;
  Genome best_ = pointGenome(std::vector<float>(6, kBest));
};

TEST_F(Restart, AllStartsTakeTheSamePartsOfTheBest) {
  std::set<std::vector<float>> different;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SplitMix64 random(seed);
    const std::vector<Graft> grafts = graftStarts(recombination_, starts_, best_, 100, random);
    ASSERT_EQ(grafts.size(), 3u) << "one start is of another synth, and one a preset";
    EXPECT_EQ(grafts[0].start, 0u);
    EXPECT_EQ(grafts[1].start, 2u);
    EXPECT_EQ(grafts[2].start, 4u);
    for (const Graft& graft : grafts) {
      EXPECT_EQ(graft.genome.values, grafts[0].genome.values);
      EXPECT_EQ(graft.genome.sources, (std::vector<std::string>{"best", "start"}));
      EXPECT_EQ(graft.genome.lengthSeconds, 0.3);
      for (std::size_t i = 0; i < 6; i += 2) EXPECT_EQ(graft.genome.values[i], graft.genome.values[i + 1]);
    }
    different.insert(grafts[0].genome.values);
  }
  EXPECT_EQ(different.size(), 6u) << "three parts: one or two of them";
}

TEST_F(Restart, MakesNoMoreGraftsThanItMay) {
  SplitMix64 random(1);
  EXPECT_EQ(graftStarts(recombination_, starts_, best_, 2, random).size(), 2u);
}

TEST_F(Restart, ASpaceOfOnePartGivesNoGrafts) {
  ParameterSpace one = parameters_;
  one.parameters.resize(2);
  const SearchSpace space(one, {0, 0}, {});
  SplitMix64 random(1);
  EXPECT_TRUE(graftStarts(Recombination(space), starts_, best_, 9, random).empty());
}

TEST_F(Restart, MergedPopulationsTakeTheBestOfBothInTurn) {
  const auto individuals = [](const std::vector<double>& costs) {
    std::vector<Individual> all;
    for (const double cost : costs) all.push_back(individualOf(cost));
    return all;
  };
  std::vector<double> costs;
  for (const Individual& one : mergePopulations(individuals({1, 2, 3}), individuals({10, 20, 30}), 4))
    costs.push_back(one.cost);
  EXPECT_EQ(costs, (std::vector<double>{1, 10, 2, 20}));
  EXPECT_EQ(mergePopulations(individuals({1, 2, 3}), individuals({10}), 9).size(), 4u);
}

}  // namespace
}  // namespace patchpilot
