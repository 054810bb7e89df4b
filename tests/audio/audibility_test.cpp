#include "audio/audibility.h"

#include "audio/level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace patchpilot {
namespace {

AudioBuffer made(const std::function<double(double seconds)>& sample, std::size_t frames = 2 * 44100) {
  AudioBuffer sound(2, frames);
  for (int channel = 0; channel < 2; ++channel)
    for (std::size_t i = 0; i < frames; ++i)
      sound.channel(channel)[i] = float(sample(double(i) / kSampleRateHz));
  return sound;
}

double sine(double hz, double seconds) { return std::sin(2 * M_PI * hz * seconds); }

TEST(Audibility, OffsetsAreNotHeardHoweverLarge) {
  EXPECT_TRUE(isSilent(made([](double) { return 0.5; })));
  EXPECT_TRUE(isSilent(made([](double t) { return 0.3 * t / 2; }))) << "a drift";
  EXPECT_TRUE(isSilent(made([](double t) { return 0.01 * (1 - std::exp(-3 * t)); }))) << "one that settles";
  EXPECT_TRUE(isSilent(made([](double t) { return 0.02 * sine(0.5, t); }))) << "a slow wave";
}

TEST(Audibility, SoundsAreHeardDownToTheLimit) {
  for (const double hz : {30.0, 60.0, 440.0, 5000.0, 20000.0}) {
    const double twiceTheLimit = 2 * std::sqrt(2) * std::pow(10, kSilentDb / 20);
    EXPECT_FALSE(isSilent(made([&](double t) { return twiceTheLimit * sine(hz, t); }))) << hz;
    EXPECT_TRUE(isSilent(made([&](double t) { return twiceTheLimit / 4 * sine(hz, t); }))) << hz;
    EXPECT_FALSE(isSilent(made([&](double t) { return 0.4 + twiceTheLimit * sine(hz, t); })))
        << hz << " Hz above an offset";
  }
}

TEST(Audibility, ClicksAndOneSidedSoundsAreHeard) {
  EXPECT_FALSE(isSilent(made([](double t) { return std::fmod(t, 0.5) < 0.01 ? 0.3 : 0; })));
  AudioBuffer oneSided = made([](double t) { return 0.1 * sine(220, t); });
  std::fill(oneSided.channel(1).begin(), oneSided.channel(1).end(), 0.f);
  EXPECT_FALSE(isSilent(oneSided));
}

TEST(Audibility, SilenceAndNoFramesAreSilent) {
  EXPECT_TRUE(isSilent(AudioBuffer(2, 4410)));
  EXPECT_TRUE(isSilent(AudioBuffer(1, 1)));
}

}  // namespace
}  // namespace patchpilot
