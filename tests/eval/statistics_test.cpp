#include "eval/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

TEST(Statistics, MeanAndMedian) {
  EXPECT_DOUBLE_EQ(mean({1, 2, 6}), 3);
  EXPECT_DOUBLE_EQ(median({6, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({6, 1, 2, 4}), 3);
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(median({})));
}

TEST(Statistics, BootstrapIntervalIsThatOfTheNormalDistributionWhereThatHolds) {
  // 400 values with a standard deviation of 1: the mean lies within 1.96 / sqrt(400) of theirs.
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.insert(values.end(), {9, 11});
  const Interval interval = bootstrapInterval(values, mean);
  EXPECT_NEAR(interval.low, 10 - 0.098, 0.01);
  EXPECT_NEAR(interval.high, 10 + 0.098, 0.01);
}

TEST(Statistics, BootstrapIsTheSameEachTimeAndOfOneValueThatValue) {
  const std::vector<double> values{3, 1, 4, 1, 5, 9, 2, 6};
  const Interval one = bootstrapInterval(values, median), other = bootstrapInterval(values, median);
  EXPECT_EQ(one.low, other.low);
  EXPECT_EQ(one.high, other.high);
  EXPECT_LT(one.low, one.high);
  const Interval single = bootstrapInterval({7}, mean);
  EXPECT_EQ(single.low, 7);
  EXPECT_EQ(single.high, 7);
  EXPECT_TRUE(std::isnan(bootstrapInterval({}, mean).low));
}

}  // namespace
}  // namespace patchpilot
