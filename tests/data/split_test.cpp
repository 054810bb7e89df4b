#include "data/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace patchpilot {
namespace {

std::vector<std::uint64_t> families(std::size_t count, std::size_t each) {
  std::vector<std::uint64_t> all;
  for (std::size_t i = 0; i < count * each; ++i) all.push_back(1000 + i % count);
  return all;
}

TEST(Split, PutsAFamilyWhollyOnOneSide) {
  const auto of = families(500, 4);
  const Split parts = split(of, 0.2, 1);
  EXPECT_EQ(parts.training.size() + parts.validation.size(), of.size());
  std::set<std::uint64_t> training, validation;
  for (const std::size_t i : parts.training) training.insert(of[i]);
  for (const std::size_t i : parts.validation) validation.insert(of[i]);
  for (const std::uint64_t family : validation) EXPECT_FALSE(training.contains(family));
  EXPECT_GT(validation.size(), 70u);
  EXPECT_LT(validation.size(), 130u);
  EXPECT_TRUE(std::is_sorted(parts.training.begin(), parts.training.end()));
}

TEST(Split, IsTheSameForASeedAndMoreExamplesMoveNone) {
  const auto of = families(200, 2);
  auto more = of;
  for (std::uint64_t i = 0; i < 300; ++i) more.push_back(5000 + i);
  const Split few = split(of, 0.3, 5), many = split(more, 0.3, 5);
  EXPECT_EQ(few.validation, split(of, 0.3, 5).validation);
  EXPECT_NE(few.validation, split(of, 0.3, 6).validation);
  ASSERT_GT(many.validation.size(), few.validation.size());
  EXPECT_TRUE(std::equal(few.validation.begin(), few.validation.end(), many.validation.begin()));
}

TEST(Split, LeavesNoSideEmptyIfThereAreTwoFamilies) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<std::uint64_t> two{7, 8, 7};
    const Split parts = split(two, 0.01, seed);
    EXPECT_FALSE(parts.training.empty());
    EXPECT_FALSE(parts.validation.empty());
  }
  const std::vector<std::uint64_t> one{7, 7};
  EXPECT_EQ(split(one, 0.0, 1).training.size(), 2u);
  EXPECT_TRUE(split({}, 0.5, 1).training.empty());
}

}  // namespace
}  // namespace patchpilot
