#include "embed/sound_image.h"

#include "audio/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace patchpilot {
namespace {

std::vector<float> sine(double hz, double seconds, float level = 0.5f) {
  std::vector<float> samples(std::size_t(seconds * kSampleRateHz));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = level * float(std::sin(2 * std::numbers::pi * hz * double(i) / kSampleRateHz));
  return samples;
}

std::vector<float> imageOf(const std::vector<float>& left, const std::vector<float>& right) {
  std::vector<float> values(SoundImage::kValues, -9);
  SoundImage()(left, right, values);
  return values;
}

TEST(SoundImage, ASineIsLoudestAtItsKeyAndOnlyWhereItSounds) {
  const auto tone = sine(440, 1.5);
  const auto values = imageOf(tone, tone);
  for (std::size_t slot = 0; slot < SoundImage::kKeySlots; ++slot) {
    const auto row = values.begin() + std::ptrdiff_t(SoundImage::kFirstKey + slot * SoundImage::kKeys);
    const auto loudest = std::max_element(row, row + SoundImage::kKeys);
    if (slot < 5) EXPECT_EQ(loudest - row, 69 - 16) << slot;
    else EXPECT_LT(*loudest, 0.1f) << slot;  // it ended after 1.5 s
  }
  EXPECT_NEAR(values[SoundImage::kFirstStep + 36], 1, 0.02);
  EXPECT_EQ(values[SoundImage::kFirstStep + 60], 0);
}

TEST(SoundImage, LoudnessDoesNotCountAndEveryValueIsWithinItsRange) {
  const auto loud = imageOf(sine(220, 2, 0.9f), sine(330, 2, 0.9f)),
             soft = imageOf(sine(220, 2, 0.01f), sine(330, 2, 0.01f));
  for (std::size_t i = 0; i < SoundImage::kValues; ++i) {
    EXPECT_NEAR(loud[i], soft[i], 2e-4) << i;
    EXPECT_GE(loud[i], i < SoundImage::kFirstMelEnvelope ? 0.0f : -1.0f) << i;
    EXPECT_LE(loud[i], 1.0f) << i;
  }
}

TEST(SoundImage, SaysHowWideASoundIsAndWhere) {
  const auto tone = sine(440, 1);
  auto turned = tone;
  for (float& sample : turned) sample = -sample;
  const std::vector<float> nothing(tone.size());
  const auto width = [](const std::vector<float>& values) {
    return std::pair(values[SoundImage::kFirstWidth], values[SoundImage::kFirstWidth + 1]);
  };
  EXPECT_EQ(width(imageOf(tone, tone)), std::pair(0.0f, 0.5f));
  EXPECT_NEAR(width(imageOf(tone, turned)).first, 1, 1e-5);
  EXPECT_EQ(width(imageOf(tone, nothing)).second, 1.0f);
  // A sound whose channels are opposite is not silent.
  const auto opposite = imageOf(tone, turned), equal = imageOf(tone, tone);
  for (std::size_t i = 0; i < SoundImage::kFirstStep; ++i) EXPECT_NEAR(opposite[i], equal[i], 1e-4) << i;
}

TEST(SoundImage, TakesAnyLength) {
  for (const std::size_t frames : {0, 1, 1000, 44100 * 6}) {
    const std::vector<float> sound(frames, 0.25f);
    for (const float value : imageOf(sound, sound)) EXPECT_TRUE(std::isfinite(value));
  }
}

}  // namespace
}  // namespace patchpilot
