#include "search/budget.h"

#include <gtest/gtest.h>

#include <limits>

namespace patchpilot {
namespace {

TEST(Budget, EndsWithItsRenders) {
  Budget budget({.renders = 50});
  EXPECT_EQ(budget.left(), 50u);
  budget.spend(30);
  EXPECT_EQ(budget.left(), 20u);
  EXPECT_FALSE(budget.isSpent());
  budget.spend(25);
  EXPECT_EQ(budget.left(), 0u);
  EXPECT_TRUE(budget.isSpent());
  EXPECT_EQ(budget.spent(), 55u);
}

TEST(Budget, WhatIsReservedIsLeftInTheEnd) {
  Budget budget({.renders = 50});
  budget.reserve(8);
  budget.spend(42);
  EXPECT_TRUE(budget.isSpent());
  EXPECT_EQ(budget.left(), 0u);
  EXPECT_EQ(budget.leftWithReserve(), 8u);
}

TEST(Budget, WithoutALimitThereIsAlwaysSomethingLeft) {
  Budget budget({});
  budget.reserve(8);
  budget.spend(1000);
  EXPECT_EQ(budget.left(), std::numeric_limits<std::size_t>::max());
  EXPECT_FALSE(budget.isSpent());
}

TEST(Budget, EndsWithItsTime) {
  Budget budget({.renders = 50, .seconds = 1e-6});
  while (budget.seconds() < 1e-6) {
  }
  EXPECT_TRUE(budget.isSpent());
  EXPECT_FALSE(budget.isStopped());
}

TEST(Budget, CanBeStopped) {
  std::stop_source stop;
  Budget budget({.stop = stop.get_token()});
  EXPECT_FALSE(budget.isSpent());
  stop.request_stop();
  EXPECT_TRUE(budget.isSpent());
  EXPECT_TRUE(budget.isStopped());
}

}  // namespace
}  // namespace patchpilot
