#include "search/cut_rule.h"

#include "search_inputs.h"

#include <gtest/gtest.h>

#include <limits>

namespace patchpilot {
namespace {

constexpr std::size_t kPart = 44100;
const std::vector<float> kTone{0.5f, 1};

/// A tone that changes into another after its first second.
AudioBuffer changing(float first, float second) {
  AudioBuffer sound = tones({first, 1}, 2.5);
  const AudioBuffer other = tones({second, 1}, 2.5);
  for (int channel = 0; channel < 2; ++channel)
    for (std::size_t i = kPart; i < sound.frames(); ++i)
      sound.channel(channel)[i] = other.channel(channel)[i];
  return sound;
}

TEST(CutRule, IsForTargetsOfMoreThanTwoSeconds) {
  EXPECT_FALSE(CutRule::appliesTo(tonesTarget(kTone, 2.0)));
  EXPECT_TRUE(CutRule::appliesTo(tonesTarget(kTone, 2.1)));
}

TEST(CutRule, ComparesTheFirstSecondOnly) {
  const CutRule rule(tonesTarget(kTone, 2.5));
  EXPECT_EQ(rule.partCost(changing(0.5f, 0.9f)), 0);
  EXPECT_GT(rule.partCost(changing(0.9f, 0.5f)), 1);
}

TEST(CutRule, ARenderMayContinueUpToTheLimit) {
  const CutRule rule(tonesTarget(kTone, 2.5));
  const AudioBuffer other = tones({0.9f, 1}, 2.5);
  const double cost = rule.partCost(other);
  const auto left = other.channel(0).first(kPart), right = other.channel(1).first(kPart);
  EXPECT_TRUE(rule.mayContinue(left, right, cost));
  EXPECT_FALSE(rule.mayContinue(left, right, 0.99 * cost));
}

TEST(CutRule, APartThatIsNotFiniteMayContinue) {
  const CutRule rule(tonesTarget(kTone, 2.5));
  AudioBuffer broken = tones({0.9f, 1}, 1);
  broken.channel(0)[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(rule.mayContinue(broken.channel(0), broken.channel(1), 0));
}

TEST(CutRule, TheLimitFollowsTheCostToBeat) {
  EXPECT_NEAR(CutRule::limit(2, 4, 4), 2.2, 1e-12);
  EXPECT_NEAR(CutRule::limit(2, 4, 8), 4.3, 1e-12);
  EXPECT_NEAR(CutRule::limit(0, 0, 8), 0.1, 1e-12);
}

}  // namespace
}  // namespace patchpilot
