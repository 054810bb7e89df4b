#include "listen/objective.h"

#include "base/error.h"

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

Candidate candidate(AudioBuffer sound) {
  Candidate candidate;
  candidate.sound = std::move(sound);
  candidate.spectrum = mssSpectrum(candidate.sound);
  return candidate;
}

Target target() {
  Target target;
  target.sound = tone(0, 6);
  target.spectrum = mssSpectrum(target.sound);
  return target;
}

TEST(Objective, TheTargetItselfIsLeastWhateverTheObjective) {
  const Target goal = target();
  for (const char* name : {"tolerant", "four"}) {
    const Objective objective = makeObjective(name, goal);
    EXPECT_NEAR(objective(candidate(tone(0, 6))), 0, 1e-6) << name;
    EXPECT_GT(objective(candidate(tone(0, 6, 660))), 0.05) << name;
  }
  EXPECT_FALSE(makeObjective("mss", goal));
}

TEST(Objective, ASmallShiftCostsTheTolerantOneLittle) {
  const Target goal = target();
  const Objective objective = makeObjective("tolerant", goal);
  const auto mssOf = [&](const Candidate& c) { return mss(goal.spectrum, c.spectrum); };
  const Candidate shifted = candidate(tone(0.02, 6)), other = candidate(tone(0, 7));
  EXPECT_LT(objective(shifted) / objective(other), 0.5 * mssOf(shifted) / mssOf(other));
}

TEST(Objective, UnknownNamesAreRefusedNamingThoseThereAre) {
  try {
    checkObjectiveName("louder");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("mss, tolerant, four"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace patchpilot
