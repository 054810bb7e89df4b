#include "features/metric.h"

#include "features/fixture_sounds.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

AudioBuffer tone(double hertz, double gain = 0.5) {
  AudioBuffer sound(1, 8000);
  for (std::size_t i = 0; i < sound.frames(); ++i)
    sound.channel(0)[i] = float(gain * std::sin(2 * 3.14159265358979 * hertz * double(i) / kSampleRateHz));
  return sound;
}

TEST(Metric, TableHoldsTheFourOfTheBenchmarkAndTheyAgreeWithTheirFunctions) {
  const AudioBuffer a = tone(220), b = tone(330);
  const Distances expected = distances(soundFeatures(a), soundFeatures(b));
  const Ruler ruler({metrics().begin(), metrics().end()}, a);
  const Measurements values = ruler.measure(b);
  ASSERT_EQ(values.size(), 4u);
  EXPECT_EQ(values.at("mss"), expected.mss);
  EXPECT_EQ(values.at("wmfcc"), expected.wmfcc);
  EXPECT_EQ(values.at("sot"), expected.sot);
  EXPECT_EQ(values.at("rms"), expected.rms);
}

TEST(Metric, EqualSoundsCostNothingAndOthersMore) {
  const AudioBuffer a = tone(220);
  const Ruler ruler({metrics().begin(), metrics().end()}, a);
  AudioBuffer faded = tone(440);
  for (std::size_t i = 0; i < faded.frames(); ++i)
    faded.channel(0)[i] *= 1 - float(i) / float(faded.frames());
  const Measurements same = ruler.measure(a), other = ruler.measure(faded);
  for (const Metric& metric : metrics()) {
    EXPECT_NEAR(metric.cost(same.at(metric.name)), 0, 1e-9) << metric.name;
    EXPECT_GT(metric.cost(other.at(metric.name)), 0) << metric.name;
  }
}

TEST(Metric, OneThatSharesNoFeaturesPreparesItsTargetOnce) {
  int prepared = 0;
  Metric peaks{"peaks", "Peaks", "", false, 0, 2, nullptr, [&](const AudioBuffer& target) -> Comparison {
                 ++prepared;
                 return [first = target.channel(0)[10]](const AudioBuffer& sound) {
                   return double(std::abs(first - sound.channel(0)[10]));
                 };
               }};
  const Ruler ruler({peaks}, tone(220));
  EXPECT_EQ(ruler.measure(tone(220)).at("peaks"), 0);
  EXPECT_GT(ruler.measure(tone(220, 0.1)).at("peaks"), 0);
  EXPECT_EQ(prepared, 1);
}

TEST(Metric, IsFoundByName) {
  EXPECT_EQ(findMetric("sot")->title, "SOT");
  EXPECT_EQ(findMetric("loudness"), nullptr);
}

}  // namespace
}  // namespace patchpilot
