#include "daw/played_set.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

AudioBuffer tone(double seconds, float level) {
  AudioBuffer sound(2, std::size_t(seconds * kSampleRateHz));
  for (std::size_t i = 0; i < sound.frames(); ++i)
    sound.channel(0)[i] = sound.channel(1)[i] = level * float(std::sin(0.05 * double(i)));
  return sound;
}

float peakOf(const std::vector<float>& samples) {
  float peak = 0;
  for (const float sample : samples) peak = std::max(peak, std::abs(sample));
  return peak;
}

TEST(PlayedSet, HasTheTargetAndTheCandidatesAtTheHostsRateAndOneLevel) {
  const TakenSound sound{tone(2, 0.5f), "Track", 10};
  const auto set = playedSet(&sound, {0.5, 1}, {{2, {tone(0.5, 0.25f), 6.0206}}}, 48000);
  ASSERT_EQ(set->sounds.size(), 3u);
  EXPECT_EQ(set->sounds[0].left.size(), 48000u);
  EXPECT_EQ(set->timeline, 504000);
  EXPECT_TRUE(set->sounds[1].left.empty()) << "that is not there";
  EXPECT_EQ(set->sounds[2].right.size(), 24000u);
  EXPECT_NEAR(peakOf(set->sounds[0].left), 0.5, 0.02);
  EXPECT_NEAR(peakOf(set->sounds[2].left), 0.5, 0.02);
}

TEST(PlayedSet, HasNoTargetWithoutASound) {
  const auto set = playedSet(nullptr, {0, 1}, {}, 48000);
  ASSERT_EQ(set->sounds.size(), 1u);
  EXPECT_TRUE(set->sounds[0].left.empty());
  EXPECT_FALSE(set->timeline);
}

}  // namespace
}  // namespace patchpilot
