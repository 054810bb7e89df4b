#include "audio/analysis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "audio/file.h"
#include "audio/pitch.h"
#include "base/error.h"
#include "tones.h"

namespace patchpilot {
namespace {

using namespace tones;

bool warns(const TargetAnalysis& analysis, const std::string& part) {
  return std::any_of(analysis.warnings.begin(), analysis.warnings.end(),
                     [&](const std::string& warning) { return warning.find(part) != std::string::npos; });
}

TEST(Analysis, HeldSine) {
  const auto result =
      analyseSound(make(2, [](double t) { return held(t, 0.3, 1.2) * sine(noteToHz(64), t); }));
  EXPECT_NEAR(result.onsetSeconds, 0.3, 0.002);
  EXPECT_NEAR(result.noteLengthSeconds, 0.9, 0.03);
  EXPECT_TRUE(result.pitched);
  EXPECT_EQ(result.note, 64);
  EXPECT_NEAR(result.fundamentalHz, noteToHz(64), 2);
  EXPECT_GT(result.noteConfidence, 0.5);
  EXPECT_LT(result.noteConfidence, 0.95) << "a sine may be an octave below its key";
  EXPECT_TRUE(result.warnings.empty());
}

TEST(Analysis, SawOutOfANoiseFloor) {
  Noise noise(0.003);
  const auto result = analyseSound(
      make(2, [&](double t) { return held(t, 0.5, 1.3) * partials(noteToHz(45), t) + noise(); }));
  EXPECT_NEAR(result.onsetSeconds, 0.5, 0.005);
  EXPECT_NEAR(result.noteLengthSeconds, 0.8, 0.05);
  EXPECT_EQ(result.note, 45);
  EXPECT_TRUE(result.warnings.empty());
}

TEST(Analysis, CleanAttackAtTheBeginning) {
  const auto result = analyseSound(make(1, [](double t) { return partials(noteToHz(60), t); }));
  EXPECT_LT(result.onsetSeconds, 0.001);
  EXPECT_NEAR(result.noteLengthSeconds, 1, 0.03);
}

TEST(Analysis, SlowAttackBeginsWhereItIsHeard) {
  const auto result =
      analyseSound(make(3, [](double t) { return held(t, 0.2, 2, 0.8) * partials(noteToHz(57), t); }));
  EXPECT_GE(result.onsetSeconds, 0.2);
  EXPECT_LT(result.onsetSeconds, 0.23);
  EXPECT_NEAR(result.onsetSeconds + result.noteLengthSeconds, 2, 0.05);
  EXPECT_EQ(result.note, 57);
  EXPECT_FALSE(warns(result, "onsets"));
}

TEST(Analysis, PercussiveDecayLastsUntil40DbDown) {
  const auto result =
      analyseSound(make(3, [](double t) { return std::exp(-t / 0.15) * partials(noteToHz(72), t); }));
  EXPECT_EQ(result.note, 72);
  EXPECT_NEAR(result.noteLengthSeconds, 0.15 * std::log(100), 0.06);
}

TEST(Analysis, DecayThatIsDamped) {
  const auto result = analyseSound(make(3, [](double t) {
    return std::exp(-t / 0.8) * held(t, 0, 1.1, 0.002, 0.03) * partials(noteToHz(52), t);
  }));
  EXPECT_NEAR(result.noteLengthSeconds, 1.1, 0.04);
}

TEST(Analysis, CrackleBeforeTheNoteIsNoOnset) {
  const auto result = analyseSound(make(1.5, [](double t) {
    const double crackle = t > 0.1 && t < 0.102 ? 0.3 : 0;
    return crackle + held(t, 0.4, 1.2) * partials(noteToHz(60), t);
  }));
  EXPECT_NEAR(result.onsetSeconds, 0.4, 0.005);
}

TEST(Analysis, TwoNotesGiveTheFirst) {
  const auto result = analyseSound(make(3, [](double t) {
    return held(t, 0.1, 0.7) * partials(noteToHz(60), t) + held(t, 1.5, 2.5) * partials(noteToHz(67), t);
  }));
  EXPECT_TRUE(warns(result, "several onsets: the first note is used"));
  EXPECT_EQ(result.note, 60);
  EXPECT_NEAR(result.noteLengthSeconds, 0.6, 0.05);
}

TEST(Analysis, AClickAndItsSlowAttackAreOneNote) {
  const auto clickThen = [](double begin) {
    return analyseSound(make(3, [=](double t) {
      const double click = t >= 0.1 ? std::exp(-(t - 0.1) / 0.01) : 0;
      return (click + held(t, begin, 2.2)) * partials(noteToHz(60), t);
    }));
  };
  const auto one = clickThen(0.3);
  EXPECT_FALSE(warns(one, "several onsets"));
  EXPECT_EQ(one.endSeconds, 3);
  EXPECT_NEAR(one.noteLengthSeconds, 2.1, 0.1);
  EXPECT_TRUE(warns(clickThen(0.6), "several onsets"));
}

TEST(Analysis, TremoloAndBeatingAreOneNote) {
  EXPECT_FALSE(warns(
      analyseSound(make(2, [](double t) { return (0.55 + 0.45 * sine(5, t)) * partials(noteToHz(60), t); })),
      "onsets"));
  EXPECT_FALSE(warns(
      analyseSound(make(2, [](double t) { return (partials(220, t) + partials(222, t)) / 2; })), "onsets"));
}

TEST(Analysis, ChordIsNamed) {
  const auto result = analyseSound(make(1, [](double t) {
    return (partials(noteToHz(60), t) + partials(noteToHz(64), t) + partials(noteToHz(67), t)) / 3;
  }));
  EXPECT_TRUE(warns(result, "several notes sound at once (a chord)"));
}

TEST(Analysis, NoiseFallsBackToC4) {
  Noise noise(0.5);
  const auto result = analyseSound(make(1, [&](double t) { return held(t, 0.1, 0.5) * noise(); }));
  EXPECT_FALSE(result.pitched);
  EXPECT_EQ(result.note, 60);
  EXPECT_TRUE(warns(result, "no pitch found: C4 (60) is used"));
  EXPECT_NEAR(result.onsetSeconds, 0.1, 0.005);
}

TEST(Analysis, SaysWhichPitchesAShortSoundCannotHave) {
  Noise noise(0.5);
  const auto result = analyseSound(make(0.05, [&](double) { return noise(); }));
  EXPECT_TRUE(warns(result, "in 0.05 s no pitch below 60 Hz can be found"));
}

TEST(Analysis, WhatTheUserKnowsIsKept) {
  const auto sound = make(1, [](double t) { return partials(noteToHz(60), t); });
  const auto result = analyseSound(sound, {.note = 48, .noteLengthSeconds = 0.25});
  EXPECT_EQ(result.note, 48);
  EXPECT_EQ(result.noteConfidence, 1);
  EXPECT_EQ(result.noteLengthSeconds, 0.25);
}

TEST(Analysis, TinySoundsAndSilenceDoNoHarm) {
  EXPECT_EQ(analyseSound(AudioBuffer(2, 1)).note, 60);
  EXPECT_EQ(analyseSound(AudioBuffer(2, 44100)).onsetSeconds, 0);
  EXPECT_THROW(analyseSound(AudioBuffer(2, 0)), Error);
  EXPECT_THROW(analyseSound(AudioBuffer(2, 100, 48000)), Error);
}

/// Real instruments and hand-made patches. Of the patches, a dozen sound an octave or more below the
/// key (most by their octave setting), which no analysis can know; hence the limits.
TEST(Analysis, SharedTargets) {
  const std::filesystem::path folder = PATCHPILOT_SOURCE_DIR "/../shared/targets";
  std::ifstream list(folder / "targets.json");
  if (!list) GTEST_SKIP() << folder << " is not here";
  int instruments = 0, patches = 0, amongGuesses = 0;
  for (const auto& target : nlohmann::json::parse(list)) {
    const std::string kind = target.at("kind");
    if (kind == "surge-simple") continue;
    const auto result =
        analyseSound(readSound(folder / (target.at("name").get<std::string>() + ".flac")).sound);
    const int note = target.at("note");
    const auto& others = result.otherNotes;
    if (result.note == note) ++(kind == "gm-instrument" ? instruments : patches);
    const bool guessed =
        std::any_of(others.begin(), others.end(), [&](const NoteGuess& other) { return other.note == note; });
    if (result.note == note || guessed) ++amongGuesses;
  }
  EXPECT_GE(instruments, 11);   // of 12
  EXPECT_GE(patches, 16);       // of 30
  EXPECT_GE(amongGuesses, 38);  // of 42
}

}  // namespace
}  // namespace patchpilot
