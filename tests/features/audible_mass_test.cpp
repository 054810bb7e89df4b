#include "features/audible_mass.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace patchpilot {
namespace {

/// Half a second of a sine, then half a second of what is left of it.
AudioBuffer sineThen(float left, float right) {
  AudioBuffer sound(2, std::size_t(kSampleRateHz));
  for (std::size_t i = 0; i < sound.frames() / 2; ++i)
    sound.channel(0)[i] = sound.channel(1)[i] =
        float(0.5 * std::sin(2 * std::numbers::pi * 500 * double(i) / kSampleRateHz));
  for (std::size_t i = sound.frames() / 2; i < sound.frames(); ++i) {
    sound.channel(0)[i] = left * (i % 7 < 3 ? 1 : -1);
    sound.channel(1)[i] = right;
  }
  return sound;
}

SpectralMass audibleMass(const AudioBuffer& sound) {
  PaddedSound padded;
  padded.assign(sound);
  SpectralMass mass = spectralMass(sound);
  muteInaudible(mass, padded);
  return mass;
}

TEST(AudibleMass, WhatRoundingLeavesInSilenceHasNone) {
  const SpectralMass silent = audibleMass(sineThen(0, 0));
  for (const auto& [left, right] : {std::pair{1e-7f, 0.0f}, {1e-6f, 1e-6f}, {0.0f, -2e-5f}}) {
    EXPECT_GT(sot(spectralMass(sineThen(left, right)), spectralMass(sineThen(0, 0))), 0.1);
    EXPECT_LT(sot(audibleMass(sineThen(left, right)), silent), 1e-4) << left;
  }
}

TEST(AudibleMass, WhatIsHeardKeepsIt) {
  const AudioBuffer sound = sineThen(0.01f, 0.01f);
  EXPECT_EQ(audibleMass(sound).cumulated, spectralMass(sound).cumulated);
  const AudioBuffer silence(2, 3000);
  EXPECT_EQ(audibleMass(silence).cumulated, spectralMass(silence).cumulated);
}

}  // namespace
}  // namespace patchpilot
