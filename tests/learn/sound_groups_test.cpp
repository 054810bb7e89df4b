#include "learn/sound_groups.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Judgement, OfPerfectDistancesIsTheOracles) {
  // Three patches, one condition.
  const SoundGroup group{3, 1, {}, {}, {0, 2, 5, 2, 0, 4, 5, 4, 0}};
  const Judgement perfect = judge(group, group.mss);
  EXPECT_EQ(perfect.targets, 3u);
  EXPECT_DOUBLE_EQ(perfect.best[0], (2 + 2 + 4) / 3.0);
  EXPECT_DOUBLE_EQ(perfect.oracle, (2 + 2 + 4) / 3.0);
  EXPECT_DOUBLE_EQ(perfect.recall[0], 1);
}

TEST(Judgement, OfWrongDistancesIsWhatTheNearestAreWorth) {
  const SoundGroup group{3, 1, {}, {}, {0, 2, 5, 2, 0, 4, 5, 4, 0}};
  // The first and the second find the third nearest, themselves next; the third finds the first, itself last.
  const Judgement wrong = judge(group, std::vector<float>{2, 3, 1, 3, 2, 1, 1, 2, 3});
  EXPECT_DOUBLE_EQ(wrong.best[0], (5 + 4 + 5) / 3.0);
  EXPECT_DOUBLE_EQ(wrong.best[1], (2 + 2 + 4) / 3.0);
  EXPECT_DOUBLE_EQ(wrong.recall[0], 0);
  EXPECT_DOUBLE_EQ(wrong.recall[1], 1);
}

TEST(Judgement, OfAnotherConditionRanksByTheNextOne) {
  // Under the first condition the second patch is the nearest of the first, under the second the third is.
  const SoundGroup group{3, 2, {}, {}, {0, 2, 5, 2, 0, 4, 5, 4, 0, 0, 6, 1, 6, 0, 3, 1, 3, 0}};
  const Judgement other = judgeOtherCondition({group});
  EXPECT_EQ(other.targets, 6u);
  EXPECT_DOUBLE_EQ(other.best[0], (5 + 4 + 5 + 6 + 6 + 3) / 6.0);
  EXPECT_DOUBLE_EQ(other.oracle, (2 + 2 + 4 + 1 + 3 + 1) / 6.0);
  EXPECT_DOUBLE_EQ(other.recall[0], 1);
}

TEST(Judgement, OfSeveralGroupsCountsTargets) {
  Judgement one, other;
  one.targets = 1;
  one.best[0] = 1;
  other.targets = 3;
  other.best[0] = 5;
  EXPECT_DOUBLE_EQ(together({one, other}).best[0], 4);
  EXPECT_EQ(together({one, other}).targets, 4u);
}

}  // namespace
}  // namespace patchpilot
