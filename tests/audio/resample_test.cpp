#include "audio/resample.h"

#include <gtest/gtest.h>

#include "tones.h"

namespace patchpilot {
namespace {

std::vector<float> tone(double hz, double rate, std::size_t frames) {
  std::vector<float> samples(frames);
  for (std::size_t i = 0; i < frames; ++i) samples[i] = float(0.5 * tones::sine(hz, double(i) / rate));
  return samples;
}

TEST(Resample, AToneStaysTheToneThatItIs) {
  for (const double rate : {48000.0, 22050.0, 96000.0}) {
    const auto made = resample(tone(1000, 44100, 44100), 44100, rate);
    ASSERT_EQ(made.size(), std::size_t(rate));
    const auto expected = tone(1000, rate, made.size());
    for (std::size_t i = made.size() / 10; i < made.size() * 9 / 10; ++i)
      ASSERT_NEAR(made[i], expected[i], 1e-4) << rate << " " << i;
  }
}

TEST(Resample, WhatTheNewRateCannotHoldGoes) {
  const auto made = resample(tone(15000, 44100, 44100), 44100, 22050);
  for (std::size_t i = 1000; i < made.size() - 1000; ++i) ASSERT_NEAR(made[i], 0, 1e-4) << i;
}

TEST(Resample, EqualRatesChangeNothing) {
  const auto samples = tone(333, 44100, 1000);
  EXPECT_EQ(resample(samples, 44100, 44100), samples);
}

TEST(Resample, OneSampleOrNoneStaysASound) {
  EXPECT_EQ(resample(std::vector<float>{0.5f}, 96000, 44100).size(), 1u);
  EXPECT_EQ(resample(std::vector<float>{}, 44100, 48000), std::vector<float>{0.0f});
}

}  // namespace
}  // namespace patchpilot
