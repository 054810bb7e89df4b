#include "eval/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

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

TEST(Statistics, ResamplesAreDrawnOneByOneAndWithReplacement) {
  BootstrapResamples resamples(20), again(20);
  std::size_t count = 0, repeated = 0;
  std::vector<std::size_t> last;
  for (std::vector<std::size_t> indices, other; resamples.next(indices); ++count) {
    ASSERT_EQ(indices.size(), 20u);
    ASSERT_LT(*std::max_element(indices.begin(), indices.end()), 20u);
    EXPECT_TRUE(again.next(other));
    ASSERT_EQ(indices, other);
    ASSERT_NE(indices, last);
    last = indices;
    repeated += std::set<std::size_t>(indices.begin(), indices.end()).size() < 20;
  }
  EXPECT_EQ(count, 2000u);
  EXPECT_EQ(repeated, count) << "20 different of 20 come once in 43 million";
  EXPECT_FALSE(BootstrapResamples(0).next(last));
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
