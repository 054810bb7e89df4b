#include "listen/objective.h"

#include "base/error.h"
#include "listen/candidate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

/// A tone that begins after `delay` seconds and swells and fades with `rate`.
AudioBuffer tone(double delay, double rate, double hertz = 440) {
  AudioBuffer sound(2, 66150);
  for (int channel = 0; channel < 2; ++channel)
    for (std::size_t i = 0; i < sound.frames(); ++i) {
      const double t = double(i) / 44100 - delay;
      const double level = 0.55 - 0.45 * std::cos(2 * 3.14159265 * rate * t);
      sound.channel(channel)[i] = t < 0 ? 0.0f : float(0.5 * level * std::sin(2 * 3.14159265 * hertz * t));
    }
  return sound;
}

Target target() {
  Target target;
  target.sound = tone(0, 6);
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

Candidate candidate(AudioBuffer sound, const Objective& objective) {
  Candidate candidate;
  candidate.sound = std::move(sound);
  measure(candidate, target(), objective);
  return candidate;
}

double distance(const AudioBuffer& sound, const Objective& objective) {
  return candidate(sound, objective).distance;
}

TEST(Objective, TheTargetItselfIsLeastWhateverTheObjective) {
  for (const std::string& name : objectiveNames()) {
    const Objective objective = makeObjective(name, target());
    EXPECT_NEAR(distance(tone(0, 6), objective), 0, 1e-4) << name;
    EXPECT_GT(distance(tone(0.1, 5, 660), objective), name == "rms" ? 1 : 5) << name;
  }
}

TEST(Objective, IsAWeightedMeanOfTheMetricsAsSharesOfWhatARandomPatchHas) {
  const AudioBuffer other = tone(0.1, 5, 660);
  const Measurements values = Ruler({metrics().begin(), metrics().end()}, target().sound).measure(other);
  const auto share = [&](const char* name) {
    const Metric& metric = *findMetric(name);
    return 100 * metric.cost(values.at(name)) / metric.randomCost;
  };
  const auto by = [&](const char* name) { return distance(other, makeObjective(name, target())); };
  for (const char* name : {"mss", "wmfcc", "sot", "rms"}) EXPECT_NEAR(by(name), share(name), 1e-3) << name;
  EXPECT_NEAR(by("four"), (share("mss") + share("wmfcc") + share("sot") + share("rms")) / 4, 1e-3);
  EXPECT_NEAR(by("rms=1,mss=3"), (3 * share("mss") + share("rms")) / 4, 1e-3);
  EXPECT_NEAR(by(""), by("balanced"), 0);
}

TEST(Objective, DoesNotHearWhatRoundingLeavesInSilence) {
  AudioBuffer rounded = tone(0.5, 6);
  for (float& sample : rounded.samples())
    if (sample == 0) sample = 1e-6f;
  const Objective objective = makeObjective("", target());
  EXPECT_NEAR(distance(rounded, objective), distance(tone(0.5, 6), objective), 0.01);
}

TEST(Objective, HearsTheLevel) {
  AudioBuffer quiet = tone(0, 6);
  for (float& sample : quiet.samples()) sample *= 0.25f;
  EXPECT_NEAR(distance(quiet, {}), 0, 0.1) << "MSS does not";
  EXPECT_GT(distance(quiet, makeObjective("", target())), 5);
}

TEST(Objective, AValueAboveTheLimitIsStillAboveItAndCheaper) {
  const AudioBuffer other = tone(0.1, 5, 660);
  const Objective objective = makeObjective("", target());
  PaddedSound padded;
  padded.assign(other);
  SoundFeatures features;
  addFeatures(features, padded, FeatureGroup::spectrum);
  RenderedSound rendered{padded, features, mss(target().spectrum, features.mss)};
  const double limit = 0.9 * distanceOfMss(rendered.mss) / 2;  // MSS is nearly half of the whole
  const Cost bounded = objective.measure(rendered, limit);
  EXPECT_GT(bounded.value, limit);
  EXPECT_EQ(features.mfcc.frames, 0u) << "what is dear was not computed";
  EXPECT_TRUE(bounded.terms.empty());
  const Cost exact = objective.measure(rendered);
  EXPECT_GT(exact.value, bounded.value);
  EXPECT_EQ(exact.terms.size(), 3u) << "all but MSS";
}

TEST(Objective, ASmallShiftCostsTheTolerantOneLittle) {
  const Objective objective = makeObjective("tolerant", target());
  const Candidate shifted = candidate(tone(0.02, 6), objective), other = candidate(tone(0, 7), objective);
  EXPECT_LT(shifted.distance / other.distance, 0.5 * shifted.mss / other.mss);
}

TEST(Objective, UnknownNamesAreRefusedNamingThoseThereAre) {
  const auto problemOf = [](const std::string& name) -> std::string {
    try {
      checkObjectiveName(name);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(problemOf("sot=2"), "");
  EXPECT_NE(problemOf("louder").find("balanced, four, tolerant, mss"), std::string::npos)
      << problemOf("louder");
  EXPECT_NE(problemOf("mss=1,loud=2").find("'loud'"), std::string::npos) << problemOf("mss=1,loud=2");
  for (const char* wrong : {"mss=", "mss=0", "mss=-1", "mss=1,", "=1", "mss=1,mss=2", "mss=1x", "mss=1e9"})
    EXPECT_NE(problemOf(wrong), "") << wrong;
}

}  // namespace
}  // namespace patchpilot
