#include "audio/envelope.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/level.h"
#include "tones.h"

namespace patchpilot {
namespace {

using namespace tones;

TEST(Envelope, LevelsAreThoseOfTheBlocks) {
  AudioBuffer sound(2, 250);
  for (std::size_t i = 0; i < 100; ++i) sound.channel(0)[i] = sound.channel(1)[i] = 0.1f;
  const auto levels = levelEnvelope(sound, 100);
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_NEAR(levels[0], -20, 1e-5);
  EXPECT_EQ(levels[1], kSilenceDb);
}

TEST(Envelope, OnsetIsTheSampleOfACleanAttack) {
  for (const std::size_t start : {0u, 1u, 63u, 64u, 1000u, 22050u}) {
    AudioBuffer sound(1, 44100);
    for (std::size_t i = start; i < sound.frames(); ++i) sound.channel(0)[i] = i % 100 < 50 ? 0.5f : -0.5f;
    EXPECT_EQ(findOnset(sound), start);
  }
}

TEST(Envelope, WhatSwellsFromNothingAndStaysBeginsEarly) {
  // No tenth of it is quiet, but its beginning is; where noise lies before it, that is the floor.
  for (const float noise : {0.0f, 0.002f}) {
    AudioBuffer sound(1, 4 * 44100);
    for (std::size_t i = 0; i < sound.frames(); ++i) {
      const double t = double(i) / 44100 - 0.3, level = t < 0 ? 0 : std::min(1.0, t * t / 2.25);
      sound.channel(0)[i] =
          float(level) * (i % 100 < 50 ? 0.5f : -0.5f) + (i * 7919 % 100 < 50 ? noise : -noise);
    }
    EXPECT_GT(double(findOnset(sound)) / 44100, 0.3);
    EXPECT_LT(double(findOnset(sound)) / 44100, noise > 0 ? 0.5 : 0.4);
  }
}

TEST(Envelope, SilenceHasNoOnset) {
  EXPECT_EQ(findOnset(AudioBuffer(2, 1000)), 0u);
  EXPECT_EQ(findOnset(AudioBuffer()), 0u);
  EXPECT_TRUE(findLaterOnsets(AudioBuffer(), 0).empty());
}

TEST(Envelope, FindsEveryRepetition) {
  const auto sound = make(3, [](double t) {
    double level = 0;
    for (const double on : {0.2, 0.9, 1.7, 2.4}) level += held(t, on, on + 0.4);
    return level * sine(300, t);
  });
  const auto later = findLaterOnsets(sound, findOnset(sound));
  ASSERT_EQ(later.size(), 3u);
  EXPECT_NEAR(double(later[0]) / kSampleRateHz, 0.9, 0.03);
  EXPECT_NEAR(double(later[2]) / kSampleRateHz, 2.4, 0.03);
}

TEST(Envelope, ReleaseIsBeforeTheEchoes) {
  const auto sound = make(3, [](double t) {
    return (held(t, 0, 1, 0.005, 0.01) + 0.15 * held(t, 0.5, 1.5, 0.005, 0.01) +
            0.02 * held(t, 1, 2, 0.005, 0.01)) *
           sine(300, t);
  });
  EXPECT_NEAR(findRelease(sound, 0, sound.frames()), 1, 0.03);
}

TEST(Envelope, SlowReleaseIsFoundToo) {
  const auto sound = make(4, [](double t) { return held(t, 0, 1.5, 0.1, 0.4) * sine(300, t); });
  EXPECT_NEAR(findRelease(sound, 0, sound.frames()), 1.5, 0.06);
}

TEST(Envelope, AReleaseOfSecondsIsFoundAfterASoundThatIsHeld) {
  // 5 dB a second, as JX10's and Surge's release of 1.7 s: of what is left, 9 dB are heard.
  const auto sound =
      make(4, [](double t) { return sine(300, t) * std::pow(10, -5 * std::max(0.0, t - 2.2) / 20); });
  EXPECT_NEAR(findRelease(sound, 0, sound.frames()), 2.2, 0.2);
}

TEST(Envelope, AHeldSoundLastsToTheEnd) {
  const auto sound = make(2, [](double t) { return sine(300, t); });
  EXPECT_NEAR(findRelease(sound, 0, sound.frames()), 2, 1e-9);
  EXPECT_NEAR(findRelease(sound, 44100, 44200), 100 / kSampleRateHz, 1e-9);
}

}  // namespace
}  // namespace patchpilot
