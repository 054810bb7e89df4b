#include "data/network_input.h"

#include "audio/buffer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace patchpilot {
namespace {

constexpr std::size_t kFourSeconds = std::size_t(4 * kSampleRateHz);

double hzOf(int midi) { return 440 * std::exp2((midi - 69) / 12.0); }

/// Five harmonics of a note, with a level that sways at a rate.
std::vector<float> tone(int midi, double seconds, double gain = 0.1, double swayHz = 0, double swayDb = 0) {
  std::vector<float> samples(std::size_t(seconds * kSampleRateHz));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double time = double(i) / kSampleRateHz;
    const double level = gain * std::pow(10, swayDb * std::sin(2 * std::numbers::pi * swayHz * time) / 20);
    double sum = 0;
    for (int harmonic = 1; harmonic <= 5; ++harmonic)
      sum += std::sin(2 * std::numbers::pi * hzOf(midi) * harmonic * time) / harmonic;
    samples[i] = float(level * sum);
  }
  return samples;
}

std::vector<float> pictureOf(const NetworkFeatures& features, int note) {
  std::vector<float> values(NetworkInput::kFrames * NetworkInput::kBands);
  NetworkInput::picture(features.view(), note, values);
  return values;
}

std::vector<float> globalsOf(const NetworkFeatures& features, const Note& note, bool levelKnown = true) {
  std::vector<float> values(NetworkInput::kGlobals);
  NetworkInput::globals(features.view(), note, levelKnown, values);
  return values;
}

TEST(NetworkFeatures, CountTheKeysOfAPictureFromTheNote) {
  const NetworkFeatureExtractor extract;
  // A note whose partials all lie among the keys with long windows, a fifth apart.
  const std::vector<float> low = tone(45, 2), high = tone(52, 2);
  const auto lowPicture = pictureOf(extract(low, low), 45), highPicture = pictureOf(extract(high, high), 52);
  const std::size_t row = 20 * NetworkInput::kBands + NetworkFeatures::kMelBands;
  for (const int above : {0, 12, 19, 24, 28}) {
    const std::size_t at = row + NetworkInput::kKeysBelow + std::size_t(above);
    EXPECT_GT(lowPicture[at], 0.5f) << above;
    EXPECT_NEAR(lowPicture[at], highPicture[at], 0.1f) << above;
  }
  for (const int between : {6, 16, 34})
    EXPECT_LT(lowPicture[row + NetworkInput::kKeysBelow + std::size_t(between)], 0.2f) << between;
}

TEST(NetworkFeatures, TellALevelApartFromThePicture) {
  const NetworkFeatureExtractor extract;
  const std::vector<float> loud = tone(60, 1, 0.2), soft = tone(60, 1, 0.02);
  const NetworkFeatures a = extract(loud, loud), b = extract(soft, soft);
  EXPECT_NEAR(a.level[0] - b.level[0], 20, 0.01);
  EXPECT_NEAR(a.level[1] - b.level[1], 20, 0.01);
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.picture.size(); ++i) different += std::abs(a.picture[i] - b.picture[i]) > 1;
  EXPECT_EQ(different, 0u);
  EXPECT_NE(globalsOf(a, {60, 100, 1}), globalsOf(b, {60, 100, 1}));
  EXPECT_EQ(globalsOf(a, {60, 100, 1}, false), globalsOf(b, {60, 100, 1}, false));
}

TEST(NetworkFeatures, KeepTheDifferenceOfTheChannels) {
  const NetworkFeatureExtractor extract;
  const std::vector<float> sound = tone(60, 1), silence(sound.size(), 0.0f);
  const auto mono = pictureOf(extract(sound, sound), 60), left = pictureOf(extract(sound, silence), 60);
  float monoSide = -1, leftSide = -1;
  for (std::size_t band = NetworkInput::kBands - NetworkFeatures::kSideBands; band < NetworkInput::kBands;
       ++band) {
    monoSide = std::max(monoSide, mono[10 * NetworkInput::kBands + band]);
    leftSide = std::max(leftSide, left[10 * NetworkInput::kBands + band]);
  }
  EXPECT_EQ(monoSide, -1.0f);
  EXPECT_GT(leftSide, 0.5f);
}

TEST(NetworkFeatures, ShowTheRateOfAnLfo) {
  const NetworkFeatureExtractor extract;
  for (const double hz : {2.0, 6.0, 20.0}) {
    const std::vector<float> sound = tone(57, 4, 0.1, hz, 3);
    const NetworkFeatures features = extract(sound, sound);
    const auto rates = std::span(features.modulation).first(NetworkFeatures::kRates);
    const auto highest = std::size_t(std::max_element(rates.begin(), rates.end()) - rates.begin());
    const double found = 0.5 * std::pow(100, (double(highest) + 0.5) / double(NetworkFeatures::kRates));
    EXPECT_NEAR(std::log2(found / hz), 0, 0.35) << hz;
    EXPECT_GT(rates[highest], 120) << hz;
  }
}

TEST(NetworkFeatures, OfSilenceAreZeroAndEndWithTheSound) {
  const NetworkFeatureExtractor extract;
  const std::vector<float> silence(1000, 0.0f), sound = tone(60, 0.5);
  const NetworkFeatures none = extract(silence, silence), empty = extract({}, {});
  for (const auto& bytes : {none.picture, none.envelope, none.modulation, empty.picture, empty.envelope})
    for (const std::uint8_t byte : bytes) ASSERT_EQ(byte, 0);
  EXPECT_LE(none.level[0], -150);
  std::vector<float> longer = sound;
  longer.resize(2 * kFourSeconds, 0.0f);
  const NetworkFeatures a = extract(sound, sound), b = extract(longer, longer);
  EXPECT_EQ(a.picture, b.picture);
  EXPECT_EQ(a.envelope, b.envelope);
  EXPECT_EQ(a.modulation, b.modulation);
  EXPECT_GT(a.envelope[190], 150);
  EXPECT_EQ(a.envelope[210], 0);
}

}  // namespace
}  // namespace patchpilot
