#include "audio/level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace patchpilot {
namespace {

TEST(Level, FullScaleSquareHasZeroDb) {
  AudioBuffer sound(2, 100);
  for (std::size_t i = 0; i < 200; ++i) sound.samples()[i] = i % 2 ? 1.0f : -1.0f;
  EXPECT_NEAR(rmsDb(sound), 0, 1e-9);
  EXPECT_EQ(peak(sound), 1);
  applyGainDb(sound, -20);
  EXPECT_NEAR(rmsDb(sound), -20, 1e-5);
}

TEST(Level, SilenceHasABottom) {
  EXPECT_EQ(rmsDb(AudioBuffer(2, 10)), kSilenceDb);
  EXPECT_EQ(rmsDb(AudioBuffer()), kSilenceDb);
  EXPECT_EQ(amplitudeToDb(0), kSilenceDb);
  EXPECT_NEAR(dbToAmplitude(amplitudeToDb(0.3)), 0.3, 1e-12);
}

TEST(Level, FindsWhatIsNotFinite) {
  AudioBuffer sound(1, 3);
  EXPECT_FALSE(containsNonFinite(sound));
  sound.channel(0)[2] = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(containsNonFinite(sound));
  sound.channel(0)[2] = std::nanf("");
  EXPECT_TRUE(containsNonFinite(sound));
}

}  // namespace
}  // namespace patchpilot
