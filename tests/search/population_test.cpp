#include "search/population.h"

#include "search_inputs.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

/// One individual for each cost. Case 0 is of use only if it is set.
std::vector<Individual> individuals(const std::vector<double>& costs) {
  std::vector<Individual> all;
  for (const double cost : costs) {
    all.push_back(individualOf(cost));
    all.back().cases.assign(kErrorCases, float(cost));
  }
  return all;
}

std::vector<double> costs(const Population& population) {
  std::vector<double> all;
  for (std::size_t i = 0; i < population.size(); ++i) all.push_back(population[i].cost);
  return all;
}

Population population(const std::vector<double>& costs, bool hasCases = false) {
  Population population(costs.size(), hasCases);
  population.assign(individuals(costs));
  return population;
}

using Costs = std::vector<double>;

TEST(Population, IsSortedByCost) {
  const Population sorted = population({3, 1, 2});
  EXPECT_EQ(costs(sorted), (Costs{1, 2, 3}));
  EXPECT_EQ(sorted.best().cost, 1);
  EXPECT_EQ(sorted.worst().cost, 3);
}

TEST(Population, ALocalOffspringReplacesItsParentOnlyAndOnlyIfBetter) {
  Population some = population({1, 2, 3});
  some.replace({{1, individualOf(0.5)}, {0, individualOf(1.5)}}, {});
  EXPECT_EQ(costs(some), (Costs{0.5, 1, 3}));
}

TEST(Population, OfSeveralLocalOffspringOfAParentTheBestStays) {
  Population some = population({1, 4, 5});
  some.replace({{1, individualOf(3)}, {1, individualOf(2)}, {1, individualOf(2.5)}}, {});
  EXPECT_EQ(costs(some), (Costs{1, 2, 5}));
}

TEST(Population, OtherOffspringPushOutTheWorst) {
  Population some = population({1, 2, 3});
  some.replace({}, individuals({1.5, 9, 0.5}));
  EXPECT_EQ(costs(some), (Costs{0.5, 1, 1.5}));
}

TEST(Population, TheBestOfACaseStaysIfItHasCases) {
  for (const bool hasCases : {false, true}) {
    Population some(3, hasCases);
    std::vector<Individual> all = individuals({1, 2, 9});
    all[2].cases[5] = 0;
    some.assign(std::move(all));
    some.replace({}, individuals({1.5, 1.7}));
    EXPECT_EQ(costs(some), hasCases ? (Costs{1, 1.5, 9}) : (Costs{1, 1.5, 1.7}));
  }
}

TEST(Population, TheBestOfACaseGoesIfThereAreMoreOfThemThanPlaces) {
  Population some(2, true);
  std::vector<Individual> all = individuals({1, 2, 3, 4});
  for (std::size_t i = 0; i < all.size(); ++i) all[i].cases[i] = 0;
  some.assign({all[0], all[1]});
  some.replace({}, {all[2], all[3]});
  EXPECT_EQ(costs(some), (Costs{1, 2}));
}

TEST(Population, TakeEmptiesIt) {
  Population some = population({2, 1});
  EXPECT_EQ(some.take().size(), 2u);
  EXPECT_TRUE(some.empty());
}

}  // namespace
}  // namespace patchpilot
