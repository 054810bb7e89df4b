#include "features/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "base/error.h"
#include "features/fixture_sounds.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

using nlohmann::json;

const json& fixture() {
  static const json data = readFixture("metrics.json");
  return data;
}

AudioBuffer sound(const std::string& name) { return fixtureSound(fixture(), name); }
SoundFeatures featuresOf(const std::string& name) { return soundFeatures(sound(name)); }

/// 1e-4 of the value; of values that are next to nothing, of `least`: there single precision is felt.
double tolerance(double value, double least) { return 1e-4 * std::max(value, least); }

TEST(Metrics, AgreeWithLibrosaDtwAndNumpy) {
  for (const json& pair : fixture().at("pairs")) {
    const std::string a = pair.at("a"), b = pair.at("b");
    const Distances actual = distances(featuresOf(a), featuresOf(b));
    const double mss = pair.at("mss"), wmfcc = pair.at("wmfcc"), sot = pair.at("sot");
    EXPECT_NEAR(actual.mss, mss, tolerance(mss, 1)) << a << " / " << b;
    EXPECT_NEAR(actual.wmfcc, wmfcc, tolerance(wmfcc, 1)) << a << " / " << b;
    EXPECT_NEAR(actual.sot, sot, tolerance(sot, 0.01)) << a << " / " << b;
    if (pair.at("rms").is_null()) continue;  // 0 / 0: see rms_envelope_test.cpp
    const double rms = pair.at("rms");
    EXPECT_NEAR(actual.rms, rms, tolerance(rms, 0)) << a << " / " << b;
  }
}

TEST(Metrics, OfTwoSidesAreTheSameEitherWay) {
  const SoundFeatures a = featuresOf("tone"), b = featuresOf("noisy");
  const Distances there = distances(a, b), back = distances(b, a);
  EXPECT_EQ(there.mss, back.mss);
  EXPECT_NEAR(there.wmfcc, back.wmfcc, 1e-6 * back.wmfcc);
  EXPECT_EQ(there.sot, back.sot);
  EXPECT_EQ(there.rms, back.rms);
}

TEST(Metrics, EqualSoundsAreEqual) {
  for (const char* name :
       {"tone", "silence", "one sample", "one silent sample", "442 samples a", "opposed"}) {
    const Distances same = distances(featuresOf(name), featuresOf(name));
    EXPECT_EQ(same.mss, 0) << name;
    EXPECT_EQ(same.wmfcc, 0) << name;
    EXPECT_EQ(same.sot, 0) << name;
    EXPECT_NEAR(same.rms, 1, 1e-12) << name;
  }
}

TEST(Metrics, AreTheSameAlone) {
  const SoundFeatures a = featuresOf("long a"), b = featuresOf("long b");
  const Distances all = distances(a, b);
  EXPECT_EQ(all.mss, mss(mssSpectrum(sound("long a")), mssSpectrum(sound("long b"))));
  EXPECT_EQ(all.wmfcc, wmfcc(mfccSequence(sound("long a")), mfccSequence(sound("long b"))));
  EXPECT_EQ(all.sot, sot(spectralMass(sound("long a")), spectralMass(sound("long b"))));
  EXPECT_EQ(all.rms, rmsSimilarity(rmsEnvelope(sound("long a")), rmsEnvelope(sound("long b"))));
}

TEST(Metrics, MonoIsTwoEqualChannels) {
  const AudioBuffer stereo = sound("bright");
  AudioBuffer mono(1, stereo.frames());
  std::copy(stereo.channel(0).begin(), stereo.channel(0).end(), mono.channel(0).begin());
  const Distances same = distances(soundFeatures(mono), soundFeatures(stereo));
  EXPECT_EQ(same.mss + same.wmfcc + same.sot, 0);
  EXPECT_NEAR(same.rms, 1, 1e-12);
}

TEST(Metrics, RefuseOtherShapes) {
  EXPECT_THROW(soundFeatures(AudioBuffer(2, 0)), Error);
  EXPECT_THROW(soundFeatures(AudioBuffer(3, 100)), Error);
  EXPECT_THROW(soundFeatures(AudioBuffer(2, 100, 48000)), Error);
  const AudioBuffer shorter(2, 100), longer(2, 101);
  EXPECT_THROW(distances(soundFeatures(shorter), soundFeatures(longer)), Error);
  EXPECT_THROW(sot(spectralMass(shorter), spectralMass(longer)), Error);
  EXPECT_THROW(rmsSimilarity(rmsEnvelope(shorter), rmsEnvelope(longer)), Error);
}

TEST(Metrics, SameBitsFromSeveralThreads) {
  const auto sum = [] {
    const Distances all = distances(featuresOf("tone"), featuresOf("nearly opposed"));
    return all.mss + all.wmfcc + all.sot + all.rms;
  };
  const double expected = sum();
  std::vector<double> results(4);
  std::vector<std::thread> threads;
  for (double& result : results) threads.emplace_back([&] { result = sum(); });
  for (std::thread& thread : threads) thread.join();
  for (const double result : results) EXPECT_EQ(result, expected);
}

}  // namespace
}  // namespace patchpilot
