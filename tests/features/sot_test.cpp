#include "features/sot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace patchpilot {
namespace {

/// One second of a sine, in both channels.
AudioBuffer sine(double hz) {
  AudioBuffer sound(2, std::size_t(kSampleRateHz));
  for (int channel = 0; channel < 2; ++channel) {
    for (std::size_t i = 0; i < sound.frames(); ++i) {
      sound.channel(channel)[i] = float(std::sin(2 * std::numbers::pi * hz * double(i) / kSampleRateHz));
    }
  }
  return sound;
}

TEST(Sot, IsTheWayAlongTheAxis) {
  // Two sines that lie 200 bins of 20 Hz apart, of 1103; only the first and last frame, cut in half, leak.
  const double distance = sot(spectralMass(sine(2000)), spectralMass(sine(6000)));
  EXPECT_NEAR(distance, 200.0 / 1103, 0.005);
}

TEST(Sot, LevelDoesNotMatter) {
  AudioBuffer soft = sine(500);
  for (float& sample : soft.samples()) sample *= 0.001f;
  EXPECT_NEAR(sot(spectralMass(soft), spectralMass(sine(500))), 0, 1e-5);
}

TEST(Sot, SilentFramesHaveNoMass) {
  // Against silence the cumulated spectrum itself is left: a sine at half the axis has been passed by half.
  EXPECT_NEAR(sot(spectralMass(sine(11025)), spectralMass(AudioBuffer(2, std::size_t(kSampleRateHz)))), 0.5,
              0.005);
}

TEST(Sot, ChannelsThatCancelOutAreSilence) {
  AudioBuffer opposed = sine(500);
  for (float& sample : opposed.channel(1)) sample = -sample;
  EXPECT_EQ(sot(spectralMass(opposed), spectralMass(AudioBuffer(2, opposed.frames()))), 0);
}

}  // namespace
}  // namespace patchpilot
