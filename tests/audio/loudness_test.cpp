#include "audio/loudness.h"

#include "audio/level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace patchpilot {
namespace {

/// A sine of 1 kHz on both channels.
AudioBuffer sine(double peakDb, double seconds) {
  AudioBuffer sound(2, std::size_t(seconds * kSampleRateHz));
  for (int c = 0; c < 2; ++c)
    for (std::size_t i = 0; i < sound.frames(); ++i)
      sound.channel(c)[i] =
          float(dbToAmplitude(peakDb) * std::sin(2 * std::numbers::pi * 1000 * double(i) / kSampleRateHz));
  return sound;
}

// EBU Tech 3341, test cases 1 and 2.
TEST(Loudness, OfASineIsAsTheStandardsTestCasesSay) {
  EXPECT_NEAR(integratedLoudness(sine(-23, 20)), -23, 0.1);
  EXPECT_NEAR(integratedLoudness(sine(-33, 20)), -33, 0.1);
}

// EBU Tech 3341, test case 3, a third as long: what is 10 LU below the mean is left out.
TEST(Loudness, LeavesOutWhatIsFarBelowTheRest) {
  AudioBuffer sound(2, std::size_t(27 * kSampleRateHz));
  const auto place = [&](double peakDb, double from, double seconds) {
    const AudioBuffer part = sine(peakDb, seconds);
    for (int c = 0; c < 2; ++c)
      std::copy(part.channel(c).begin(), part.channel(c).end(),
                sound.channel(c).begin() + std::ptrdiff_t(from * kSampleRateHz));
  };
  place(-36, 0, 3.5);
  place(-23, 3.5, 20);
  place(-36, 23.5, 3.5);
  EXPECT_NEAR(integratedLoudness(sound), -23, 0.1);
}

TEST(Loudness, OfSilenceAndOfTooShortASoundIsMinusInfinity) {
  EXPECT_EQ(integratedLoudness(AudioBuffer(2, 44100)), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(integratedLoudness(AudioBuffer(2, 100)), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(integratedLoudness(AudioBuffer(2, 0)), -std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace patchpilot
