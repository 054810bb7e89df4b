#include "search/selection.h"

#include "search_inputs.h"

#include <gtest/gtest.h>

#include <array>

namespace patchpilot {
namespace {

constexpr std::size_t kSize = 10;

/// Costs 1, 2, 3, ...; every case has an error as large.
std::vector<Individual> individuals() {
  std::vector<Individual> all;
  for (std::size_t i = 0; i < kSize; ++i) {
    all.push_back(individualOf(double(i + 1)));
    all.back().cases.assign(kErrorCases, float(i + 1));
  }
  return all;
}

Population population(std::vector<Individual> individuals, bool hasCases) {
  Population population(individuals.size(), hasCases);
  population.assign(std::move(individuals));
  return population;
}

template <typename Select>
std::array<int, kSize> counts(const Select& select) {
  std::array<int, kSize> counts{};
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SplitMix64 random(seed);
    ++counts[select(random)];
  }
  return counts;
}

TEST(Selection, MoreRoundsOfATournamentPreferBetterOnes) {
  const Population some = population(individuals(), false);
  const auto once = counts([&](SplitMix64& random) { return selectByTournament(some, 1, random); });
  const auto thrice = counts([&](SplitMix64& random) { return selectByTournament(some, 3, random); });
  EXPECT_NEAR(once[0], 100, 40);
  EXPECT_NEAR(once[9], 100, 40);
  EXPECT_NEAR(thrice[0], 271, 60);  // 1 - 0.9^3
  EXPECT_LT(thrice[9], 10);
}

TEST(Selection, LexicaseSelectsSpecialistsAndNoOthers) {
  auto all = individuals();
  all[9].cases[0] = 0;
  const Population some = population(std::move(all), true);
  const auto selected = counts([&](SplitMix64& random) { return selectByLexicase(some, random); });
  EXPECT_GT(selected[9], 20) << "the worst, which is the best in one case";
  EXPECT_GT(selected[0], 500);
  for (std::size_t i = 2; i < 9; ++i) EXPECT_EQ(selected[i], 0) << i;
}

TEST(Selection, WithoutCasesParentsAreSelectedByTournament) {
  auto all = individuals();
  all[9].cases.assign(kErrorCases, 0);
  const Population some = population(std::move(all), false);
  const auto selected = counts([&](SplitMix64& random) { return selectParent(some, random); });
  EXPECT_LT(selected[9], 10);
}

TEST(Selection, MatesAreCompatibleAndOthers) {
  auto all = individuals();
  for (std::size_t i = 0; i < kSize; ++i) all[i].genome.synth = i % 2;
  all[4].genome.state = {1};
  const Population some = population(std::move(all), true);
  for (const auto select : {selectMate, selectAny}) {
    const auto selected = counts([&](SplitMix64& random) { return select(some, 2, random); });
    for (const std::size_t i : {1, 3, 4, 5, 7, 9}) EXPECT_EQ(selected[i], 0) << i;
    EXPECT_GT(selected[0], 0);
    EXPECT_LT(selected[2], 300) << "itself, if there was no other in a few attempts";
    EXPECT_GT(selected[8] + selected[6], 0);
  }
}

TEST(Selection, OneThatIsAloneIsItsOwnMate) {
  const Population one = population({individualOf(1)}, false);
  SplitMix64 random(1);
  EXPECT_EQ(selectMate(one, 0, random), 0u);
}

}  // namespace
}  // namespace patchpilot
