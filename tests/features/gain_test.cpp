#include "features/gain.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Gain, BringsARenderToTheLevelOfItsTarget) {
  AudioBuffer render(2, 100), target(2, 100);
  for (float& sample : render.samples()) sample = 0.1f;
  for (float& sample : target.samples()) sample = -0.2f;
  EXPECT_NEAR(gainDb(render, target), 6.0206, 1e-3);
  applyGainDb(render, gainDb(render, target));
  EXPECT_NEAR(rmsDb(render), rmsDb(target), 1e-5);
}

TEST(Gain, SilenceGetsNone) {
  AudioBuffer sound(2, 100);
  sound.channel(0)[0] = 1;
  EXPECT_EQ(gainDb(AudioBuffer(2, 100), sound), 0);
  EXPECT_EQ(gainDb(sound, AudioBuffer(2, 100)), 0);
}

}  // namespace
}  // namespace patchpilot
