#include "features/rms_envelope.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

/// Constant `value` from `begin` to `end` in both channels, 0 elsewhere.
AudioBuffer block(std::size_t frames, std::size_t begin, std::size_t end, float value) {
  AudioBuffer sound(2, frames);
  for (int channel = 0; channel < 2; ++channel) {
    for (std::size_t i = begin; i < end; ++i) sound.channel(channel)[i] = value;
  }
  return sound;
}

TEST(RmsEnvelope, CountsTheSamplesOfEachWindow) {
  // Windows of 2205 samples centred on multiples of 1102; the file's ends cut the first and last.
  const RmsEnvelope envelope = rmsEnvelope(block(4409, 0, 4409, 0.5f));
  ASSERT_EQ(envelope.values.size(), 5u);
  EXPECT_NEAR(envelope.values[0], 0.5 * std::sqrt(1103.0 / 2205), 1e-6);
  EXPECT_NEAR(envelope.values[1], 0.5, 1e-6);
  EXPECT_NEAR(envelope.values[3], 0.5, 1e-6);
  EXPECT_NEAR(envelope.values[4], 0.5 * std::sqrt(1103.0 / 2205), 1e-6);
}

TEST(RmsEnvelope, AveragesChannels) {
  AudioBuffer sound = block(2205, 0, 2205, 0.5f);
  for (float& sample : sound.channel(1)) sample = 0.1f;
  EXPECT_NEAR(rmsEnvelope(sound).values[1], 0.3, 1e-6);
  for (float& sample : sound.channel(1)) sample = -0.5f;
  for (const float value : rmsEnvelope(sound).values) EXPECT_EQ(value, 0);
}

TEST(RmsEnvelope, SimilarityHearsShapeAndNotLevel) {
  const RmsEnvelope early = rmsEnvelope(block(44100, 0, 20000, 0.5f));
  EXPECT_NEAR(rmsSimilarity(early, rmsEnvelope(block(44100, 0, 20000, 0.01f))), 1, 1e-6);
  EXPECT_EQ(rmsSimilarity(early, rmsEnvelope(block(44100, 24000, 44100, 0.5f))), 0);
}

TEST(RmsEnvelope, SilenceIsLikeSilenceAndNothingElse) {
  const RmsEnvelope silence = rmsEnvelope(AudioBuffer(2, 5000)),
                    sound = rmsEnvelope(block(5000, 0, 100, 1e-4f));
  EXPECT_EQ(rmsSimilarity(silence, silence), 1);
  EXPECT_EQ(rmsSimilarity(silence, sound), 0);
  EXPECT_EQ(rmsSimilarity(sound, silence), 0);
}

}  // namespace
}  // namespace patchpilot
