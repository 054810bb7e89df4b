#include "features/stft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "audio/buffer.h"

namespace patchpilot {
namespace {

TEST(Stft, SineOfABinSpreadsOverThree) {
  // A Hann window spreads a sine over three bins, amplitudes 1/2, 1, 1/2.
  constexpr std::size_t kSize = 1024, kBin = 32;
  std::vector<float> samples(4 * kSize);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = float(std::sin(2 * std::numbers::pi * double(kBin * i) / double(kSize)));
  }
  const Spectrogram power = powerSpectrogram(samples, kSize, 512);
  ASSERT_EQ(power.bands, 513u);
  ASSERT_EQ(power.frames, 9u);
  const double expected = std::pow(double(kSize) / 4, 2);
  EXPECT_NEAR(power.at(4, kBin), expected, expected * 1e-4);
  EXPECT_NEAR(power.at(4, kBin + 1), expected / 4, expected * 1e-4);
  EXPECT_NEAR(power.at(4, kBin + 3), 0, expected * 1e-6);
}

TEST(Stft, FrameCountsAreLibrosas) {
  EXPECT_EQ(centredFrames(176400, 441, 220), 802u);
  EXPECT_EQ(centredFrames(176400, 1102, 441), 401u);
  EXPECT_EQ(centredFrames(176400, 4410, 2205), 81u);
  EXPECT_EQ(centredFrames(1, 441, 220), 1u);
}

}  // namespace
}  // namespace patchpilot
