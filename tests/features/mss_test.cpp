#include "features/mss.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "features/batch_fft.h"
#include "features/fixture_sounds.h"
#include "features/mel.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

using nlohmann::json;

const json& fixture() {
  static const json data = readFixture("mss.json");
  return data;
}

AudioBuffer sound(const std::string& name) { return fixtureSound(fixture(), name); }

TEST(Mss, OfChannelsThatSomeoneElseHoldsIsTheSame) {
  const AudioBuffer bright = sound("bright");
  EXPECT_EQ(mss(mssSpectrum(bright.channel(0), bright.channel(bright.channels() - 1)), mssSpectrum(bright)),
            0);
  const std::vector<float> one(100), other(99);
  EXPECT_THROW(mssSpectrum(one, other), Error);
  EXPECT_THROW(mssSpectrum(std::span<const float>(), std::span<const float>()), Error);
}

TEST(Mss, DoesNotHearWhatALongerSoundHasLeft) {
  const AudioBuffer bright = sound("bright");
  const auto first = [&](std::size_t frames) {
    return mssSpectrum(bright.channel(0).first(frames), bright.channel(bright.channels() - 1).first(frames));
  };
  const std::size_t all = bright.frames();
  for (const std::size_t frames : {all, all / 8, all / 2, all / 3, std::size_t(100), all - 1}) {
    const MssSpectrum here = first(frames);
    MssSpectrum fresh;
    std::thread([&] { fresh = first(frames); }).join();
    EXPECT_EQ(mss(here, fresh), 0) << frames;
  }
}

TEST(Mss, AgreesWithLibrosa) {
  for (const json& pair : fixture().at("mss")) {
    const std::string a = pair.at("a"), b = pair.at("b");
    const double expected = pair.at("value");
    const double actual = mss(mssSpectrum(sound(a)), mssSpectrum(sound(b)));
    EXPECT_NEAR(actual, expected, 1e-5 * std::max(1.0, expected)) << a << " / " << b;
  }
}

TEST(Mss, SpectrogramValuesAgreeWithLibrosa) {
  for (const json& point : fixture().at("points")) {
    const MssSpectrum spectrum = mssSpectrum(sound(point.at("sound")));
    const float value =
        spectrum.at(point.at("scale"), point.at("channel"), point.at("band"), point.at("frame"));
    EXPECT_NEAR(value, point.at("db").get<double>(), 1e-3) << point;
  }
}

TEST(Mss, FiltersAgreeWithLibrosa) {
  for (const json& row : fixture().at("filters")) {
    const MelFilterbank filters(kSampleRateHz, row.at("window"), row.at("mels"));
    const MelFilterbank::Band& band = filters.bands().at(row.at("band").get<std::size_t>());
    double sum = 0;
    for (const float weight : band.weights) sum += weight;
    const auto peak = std::max_element(band.weights.begin(), band.weights.end());
    EXPECT_NEAR(sum, row.at("sum").get<double>(), 1e-6 * sum) << row;
    EXPECT_NEAR(*peak, row.at("peak").get<double>(), 1e-6 * *peak) << row;
    EXPECT_EQ(band.firstBin + std::size_t(peak - band.weights.begin()), row.at("peak_bin").get<std::size_t>())
        << row;
    EXPECT_NEAR(double(band.weights.size()), row.at("nonzero").get<double>(), 1)
        << row;  // Nyquist: 0 or 1e-20
  }
}

TEST(Mss, IsADistance) {
  const MssSpectrum tone = mssSpectrum(sound("tone")), noisy = mssSpectrum(sound("noisy"));
  EXPECT_EQ(mss(tone, tone), 0);
  EXPECT_EQ(mss(tone, noisy), mss(noisy, tone));
  EXPECT_GT(mss(tone, noisy), 1);
}

TEST(Mss, LevelDoesNotMatter) {
  AudioBuffer louder = sound("noisy");
  for (float& sample : louder.samples()) sample *= 2;
  EXPECT_NEAR(mss(mssSpectrum(louder), mssSpectrum(sound("noisy"))), 0, 1e-4);
}

TEST(Mss, MonoIsTwoEqualChannels) {
  const AudioBuffer stereo = sound("bright");
  AudioBuffer mono(1, stereo.frames());
  std::copy(stereo.channel(0).begin(), stereo.channel(0).end(), mono.channel(0).begin());
  EXPECT_EQ(mss(mssSpectrum(mono), mssSpectrum(stereo)), 0);
}

// Equal channels are transformed another way, which must not be heard.
// Frames behind the last sample that is not zero are not transformed; a last sample too small to be heard has
// them all transformed.
TEST(Mss, TheSilenceBehindASoundIsAsIfTransformed) {
  const AudioBuffer whole = sound("bright");
  for (const std::size_t left : {0u, 1u, 441u, 5000u, 20000u}) {
    for (const std::size_t right : {std::size_t(left), std::size_t(left + 700)}) {
      AudioBuffer silent(kChannels, whole.frames());
      std::copy_n(whole.channel(0).begin(), std::min(left, whole.frames()), silent.channel(0).begin());
      std::copy_n(whole.channel(1).begin(), std::min(right, whole.frames()), silent.channel(1).begin());
      AudioBuffer transformed = silent;
      for (int channel = 0; channel < kChannels; ++channel) transformed.channel(channel).back() = 1e-30f;
      EXPECT_EQ(mss(mssSpectrum(silent), mssSpectrum(transformed)), 0) << left << ", " << right;
    }
  }
}

TEST(Mss, MonoIsNearStereoThatIsNearlyMono) {
  const AudioBuffer mono = sound("bright");
  AudioBuffer stereo = mono;
  stereo.channel(1)[stereo.frames() / 2] += 1e-6f;
  const MssSpectrum one = mssSpectrum(mono), other = mssSpectrum(stereo), third = mssSpectrum(sound("tone"));
  ASSERT_TRUE(one.mono());
  ASSERT_FALSE(other.mono());
  EXPECT_NEAR(mss(one, other), 0, 1e-3);
  EXPECT_NEAR(mss(one, third), mss(other, third), 1e-3);
  for (const std::size_t frame : {std::size_t(0), std::size_t(17), one.frames(1) - 1})
    for (int channel = 0; channel < 2; ++channel)
      EXPECT_NEAR(one.at(1, channel, 5, frame), other.at(1, channel, 5, frame), 1e-2);
}

TEST(Mss, SwappedChannelsDiffer) {
  const AudioBuffer original = sound("left only");
  AudioBuffer swapped(2, original.frames());
  std::copy(original.channel(0).begin(), original.channel(0).end(), swapped.channel(1).begin());
  EXPECT_GT(mss(mssSpectrum(original), mssSpectrum(swapped)), 5);
}

TEST(Mss, RefusesOtherShapes) {
  EXPECT_THROW(mssSpectrum(AudioBuffer(2, 0)), Error);
  EXPECT_THROW(mssSpectrum(AudioBuffer(3, 100)), Error);
  EXPECT_THROW(mssSpectrum(AudioBuffer(2, 100, 48000)), Error);
  EXPECT_THROW(mss(mssSpectrum(AudioBuffer(2, 100)), mssSpectrum(AudioBuffer(2, 101))), Error);
}

TEST(Mss, SameBitsFromSeveralThreads) {
  const double expected = mss(mssSpectrum(sound("tone")), mssSpectrum(sound("noisy")));
  std::vector<double> results(4);
  std::vector<std::thread> threads;
  for (double& result : results) {
    threads.emplace_back(
        [&result] { result = mss(mssSpectrum(sound("tone")), mssSpectrum(sound("noisy"))); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double result : results) EXPECT_EQ(result, expected);
}

}  // namespace
}  // namespace patchpilot
