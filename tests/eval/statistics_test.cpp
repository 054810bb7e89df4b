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

// By scipy.stats.wilcoxon 1.17; the first is its manual's own example (Darwin's maize).
TEST(Statistics, WilcoxonOfFewDifferencesIsExact) {
  EXPECT_NEAR(wilcoxonSignedRank({6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75}),
              0.041259765625, 1e-12);
  EXPECT_NEAR(wilcoxonSignedRank({1, 2, 3, 4, 5}), 2.0 / 32, 1e-15);
  EXPECT_NEAR(wilcoxonSignedRank({-1, -2, -3, -4, -5}), 2.0 / 32, 1e-15);
  EXPECT_EQ(wilcoxonSignedRank({7}), 1);
}

TEST(Statistics, WilcoxonLeavesZerosOutAndHasNothingToSayOfNoDifference) {
  EXPECT_EQ(wilcoxonSignedRank({0, 1, 0, 2, 3, 0, 4, 5}), wilcoxonSignedRank({1, 2, 3, 4, 5}));
  EXPECT_EQ(wilcoxonSignedRank({}), 1);
  EXPECT_EQ(wilcoxonSignedRank({0, 0}), 1);
}

// scipy.stats.wilcoxon(x, method="asymptotic", correction=False)
TEST(Statistics, WilcoxonWithTiesOrManyDifferencesIsThatOfTheNormalDistribution) {
  EXPECT_NEAR(wilcoxonSignedRank({1, 1, -1, 2, 2, 3, -3, 4, 5, 5}), 0.05171208795573794, 1e-9);
  std::vector<double> many;
  for (int i = 1; i <= 60; ++i) many.push_back(i % 3 == 0 ? -i : i);
  EXPECT_NEAR(wilcoxonSignedRank(many), 0.03590012321587811, 1e-9);
}

TEST(Statistics, HolmMultipliesTheSmallestByAllAndNeverDescends) {
  const std::vector<double> corrected = holmCorrected({0.01, 0.04, 0.03, 0.9});
  EXPECT_NEAR(corrected[0], 0.04, 1e-15);
  EXPECT_NEAR(corrected[1], 0.09, 1e-15);  // not 2 * 0.04: the one before is larger
  EXPECT_NEAR(corrected[2], 0.09, 1e-15);
  EXPECT_NEAR(corrected[3], 0.9, 1e-15);
  EXPECT_EQ(holmCorrected({0.6, 0.7})[0], 1);
  EXPECT_TRUE(holmCorrected({}).empty());
}

}  // namespace
}  // namespace patchpilot
