#include "features/wmfcc.h"

#include <gtest/gtest.h>

#include <cmath>

#include "features/fixture_sounds.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

using nlohmann::json;

const json& fixture() {
  static const json data = readFixture("metrics.json");
  return data;
}

MfccSequence mfccs(const std::string& name) { return mfccSequence(fixtureSound(fixture(), name)); }

TEST(Wmfcc, CoefficientsAgreeWithLibrosa) {
  for (const json& point : fixture().at("mfcc")) {
    const float value =
        mfccs(point.at("sound")).at(point.at("frame"), point.at("channel"), point.at("coefficient"));
    EXPECT_NEAR(value, point.at("value").get<double>(), 2e-3) << point;
  }
}

TEST(Wmfcc, SoundsMayDifferInLength) {
  for (const json& pair : fixture().at("unequal_lengths")) {
    const MfccSequence a = mfccs(pair.at("a")), b = mfccs(pair.at("b"));
    EXPECT_NEAR(wmfcc(a, b), pair.at("wmfcc").get<double>(), 1e-4 * wmfcc(a, b)) << pair;
    EXPECT_NEAR(wmfcc(b, a), wmfcc(a, b), 1e-6 * wmfcc(a, b)) << pair;
  }
}

TEST(Wmfcc, OneFrameMeetsEveryFrameOfTheOther) {
  // Against a single frame there is but one way: each of the others' frames meets it once.
  const MfccSequence one = mfccs("one sample"), many = mfccs("tone");
  double sum = 0;
  for (std::size_t frame = 0; frame < many.frames; ++frame) {
    for (std::size_t i = 0; i < MfccSequence::kValues; ++i) {
      sum += std::abs(double(many.values[i * many.stride + frame]) - one.values[i * one.stride]);
    }
  }
  const double expected = sum / double(MfccSequence::kValues * (many.frames + 1));
  EXPECT_NEAR(wmfcc(one, many), expected, 1e-5 * expected);
  EXPECT_NEAR(wmfcc(many, one), expected, 1e-5 * expected);
}

TEST(Wmfcc, ShiftInTimeCostsLessThanAnotherSound) {
  const AudioBuffer tone = fixtureSound(fixture(), "tone");
  AudioBuffer later(2, tone.frames());
  for (int channel = 0; channel < 2; ++channel) {
    const auto from = tone.channel(channel);
    std::copy(from.begin(), from.end() - 4410, later.channel(channel).begin() + 4410);
  }
  const MfccSequence original = mfccSequence(tone);
  EXPECT_LT(wmfcc(original, mfccSequence(later)), wmfcc(original, mfccs("bright")) / 2);
}

}  // namespace
}  // namespace patchpilot
