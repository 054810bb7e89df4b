#include "search/stagnation.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

/// Generations until stagnation, if the cost is `factor` times that of the generation before for so many
/// generations, and then stays.
int generations(double factor, int improving, double noise = 0) {
  Stagnation stagnation(noise);
  double cost = 1;
  stagnation.begin(cost);
  for (int generation = 1;; ++generation) {
    if (generation <= improving) cost *= factor;
    if (stagnation.update(cost)) return generation;
  }
}

TEST(Stagnation, ARunThatNeverImprovesStagnatesAfterTenGenerations) { EXPECT_EQ(generations(1, 0), 11); }

TEST(Stagnation, ImprovementsGiveMoreTime) { EXPECT_EQ(generations(0.9, 5), 16); }

TEST(Stagnation, SmallImprovementsCountWhenTheyAddUp) {
  EXPECT_EQ(generations(0.999, 8), 11);
  EXPECT_EQ(generations(0.99, 8), 19) << "0.99^8 is 0.923: improvements in generations 4 and 8";
}

TEST(Stagnation, LongRunsHaveMorePatience) {
  EXPECT_GT(generations(0.95, 100), 140);
  EXPECT_LT(generations(0.95, 100), 146);
}

TEST(Stagnation, WhatIsLessThanTheNoiseIsNoImprovement) {
  EXPECT_EQ(generations(0.9, 1, 0.2), 11);
  EXPECT_EQ(generations(0.9, 1, 0.05), 12);
}

TEST(Stagnation, ANewRunBeginsFromItsOwnCost) {
  Stagnation stagnation(0);
  stagnation.begin(1);
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(stagnation.update(1));
  stagnation.begin(2);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(stagnation.update(2));
  EXPECT_TRUE(stagnation.update(2));
}

}  // namespace
}  // namespace patchpilot
