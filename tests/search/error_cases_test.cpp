#include "search/error_cases.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

/// A low tone all the way, and a high one beside it from `from` to `to`, in seconds.
MssSpectrum tones(double from, double to) {
  AudioBuffer sound(2, 88200);
  for (int channel = 0; channel < 2; ++channel)
    for (std::size_t i = 0; i < sound.frames(); ++i) {
      const double t = double(i) / 44100;
      sound.channel(channel)[i] =
          float(0.3 * std::sin(2 * 3.14159265 * 150 * t) +
                (t >= from && t < to ? 0.3 * std::sin(2 * 3.14159265 * 9000 * t) : 0));
    }
  return mssSpectrum(sound);
}

std::size_t largest(const ErrorCases& cases) {
  return std::size_t(std::max_element(cases.begin(), cases.end()) - cases.begin());
}

TEST(ErrorCases, EqualSoundsDifferInNoRespect) {
  for (const float error : errorCases(tones(0, 1), tones(0, 1), 1)) EXPECT_EQ(error, 0);
}

TEST(ErrorCases, TellWhenAndWhereSoundsDiffer) {
  const auto plain = tones(0, 0);
  EXPECT_EQ(largest(errorCases(plain, tones(0, 0.1), 1)), 0 * 4 + 3u) << "attack, high";
  EXPECT_EQ(largest(errorCases(plain, tones(0.15, 0.5), 1)), 1 * 4 + 3u) << "after the attack";
  EXPECT_EQ(largest(errorCases(plain, tones(0.65, 0.95), 1)), 2 * 4 + 3u) << "until the note is let go";
  EXPECT_EQ(largest(errorCases(plain, tones(1.1, 2), 1)), 3 * 4 + 3u) << "after that";
}

TEST(ErrorCases, SoundsOfTwoLengthsAreRefused) {
  EXPECT_THROW(errorCases(tones(0, 1), mssSpectrum(AudioBuffer(2, 1000)), 1), Error);
}

}  // namespace
}  // namespace patchpilot
