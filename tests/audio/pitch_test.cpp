#include "audio/pitch.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tones.h"

namespace patchpilot {
namespace {

using namespace tones;

PitchEstimate pitchOf(const AudioBuffer& sound) { return estimatePitch(sound, 0, sound.frames()); }

TEST(Pitch, NotesAndFrequenciesAgree) {
  EXPECT_NEAR(noteToHz(69), 440, 1e-9);
  EXPECT_NEAR(noteToHz(21), 27.5, 1e-9);
  EXPECT_NEAR(hzToNote(noteToHz(61.25)), 61.25, 1e-9);
}

TEST(Pitch, FindsSinesOfEveryOctave) {
  for (const int note : {33, 45, 57, 69, 81, 93, 105}) {
    const PitchEstimate pitch = pitchOf(make(0.5, [&](double t) { return 0.5 * sine(noteToHz(note), t); }));
    EXPECT_TRUE(pitch.pitched) << note;
    EXPECT_EQ(pitch.note, note);
    EXPECT_NEAR(hzToNote(pitch.hz), note, 0.11);
  }
}

TEST(Pitch, FindsEveryKey) {
  for (int note = kLowestNote; note <= kHighestNote; note += note < 20 || note > 110 ? 1 : 6) {
    const PitchEstimate pitch = pitchOf(make(1.2, [&](double t) {
      return 0.5 * sine(noteToHz(note), t) + 0.2 * sine(2 * noteToHz(note), t) * (note < 115) +
             0.1 * sine(3 * noteToHz(note), t) * (note < 108);
    }));
    EXPECT_TRUE(pitch.pitched) << note;
    EXPECT_EQ(pitch.note, note);
    EXPECT_NEAR(hzToNote(pitch.hz), note, 0.15);
    for (const NoteGuess& guess : pitch.otherNotes) {
      EXPECT_GE(guess.note, 0);
      EXPECT_LE(guess.note, 127);
    }
  }
}

TEST(Pitch, FindsSawsBeyondThePiano) {
  for (const int note : {0, 3, 7, 11, 14, 17, 19, 20, 110, 113, 116}) {
    Noise noise(0.02);
    const PitchEstimate pitch =
        pitchOf(make(1.5, [&](double t) { return partials(noteToHz(note), t, 1, 60) + noise(); }));
    EXPECT_EQ(pitch.note, note);
  }
}

TEST(Pitch, ReadsNamesAsTheyArePrinted) {
  for (int note = 0; note <= 127; ++note) {
    EXPECT_EQ(parseNote(noteName(note)), note);
    EXPECT_EQ(parseNote(std::to_string(note)), note);
    EXPECT_EQ(parseNote(fmt::format("{} ({})", note, noteName(note))), note);
  }
  EXPECT_EQ(parseNote("bb2"), 46);
  EXPECT_EQ(parseNote("Db-1"), 1);
  EXPECT_EQ(parseNote("e\u266d3"), 51);
  EXPECT_EQ(parseNote("F\u266f3"), 54);
  for (const char* none : {"", "C", "H3", "C10", "G#9", "Cb-1", "128", "-1", "60.5", "60 (C3)", "60 C4",
                           "C4 ", "3C", "auto", "C#"})
    EXPECT_FALSE(parseNote(none)) << none;
}

TEST(Pitch, FindsSawsInNoise) {
  for (const int note : {28, 36, 47, 60, 74, 90}) {
    Noise noise(0.1);
    const PitchEstimate pitch =
        pitchOf(make(0.5, [&](double t) { return partials(noteToHz(note), t) + noise(); }));
    EXPECT_EQ(pitch.note, note);
    EXPECT_GT(pitch.confidence, 0.2) << note;
    EXPECT_FALSE(pitch.severalNotes) << note;
  }
}

TEST(Pitch, FindsAFundamentalThatIsMissing) {
  for (const int note : {48, 60}) {
    EXPECT_EQ(pitchOf(make(0.5, [&](double t) { return partials(noteToHz(note), t, 2, 12); })).note, note);
  }
}

TEST(Pitch, OppositePhasesDoNotCancel) {
  AudioBuffer sound = make(0.5, [](double t) { return partials(noteToHz(55), t); });
  for (float& sample : sound.channel(1)) sample = -sample;
  EXPECT_EQ(pitchOf(sound).note, 55);
}

TEST(Pitch, NamesTheOctaveAboveAsTheSecondGuess) {
  const PitchEstimate pitch = pitchOf(make(0.5, [](double t) { return partials(noteToHz(60), t); }));
  ASSERT_FALSE(pitch.otherNotes.empty());
  EXPECT_EQ(pitch.otherNotes.front().note, 72);
}

TEST(Pitch, ASubOscillatorIsNotTheNote) {
  const PitchEstimate pitch =
      pitchOf(make(0.5, [](double t) { return partials(noteToHz(60), t) + 0.15 * sine(noteToHz(48), t); }));
  EXPECT_EQ(pitch.note, 60);
}

TEST(Pitch, KeysAreLikelyAsOftenAsTheyArePressed) {
  const PitchEstimate pitch = pitchOf(make(0.5, [](double t) { return partials(noteToHz(60), t); }));
  double sum = pitch.confidence;
  for (std::size_t i = 0; i < pitch.otherNotes.size(); ++i) {
    sum += pitch.otherNotes[i].confidence;
    EXPECT_EQ((pitch.otherNotes[i].note - pitch.note) % 12, 0);
    if (i > 0) EXPECT_LE(pitch.otherNotes[i].confidence, pitch.otherNotes[i - 1].confidence);
  }
  EXPECT_GT(sum, 0.8);
  EXPECT_LE(sum, 1 + 1e-9);
  EXPECT_GT(keyPrior(60), keyPrior(24));
  EXPECT_GT(keyPrior(84), keyPrior(100));
}

/// A low note is what it is, though the sounds that the model has learnt from were all played above it.
TEST(Pitch, KeysBelowThoseLearntFromAreNotImpossible) {
  const PitchEstimate pitch = pitchOf(make(0.5, [](double t) { return partials(noteToHz(28), t); }));
  EXPECT_EQ(pitch.note, 28);
  EXPECT_GT(pitch.confidence, 0.1);
  EXPECT_GT(pitchOf(make(0.5, [](double t) { return partials(noteToHz(64), t); })).confidence,
            pitch.confidence);
}

TEST(Pitch, NoiseHasNone) {
  Noise noise(0.5);
  const PitchEstimate pitch = pitchOf(make(0.5, [&](double) { return noise(); }));
  EXPECT_FALSE(pitch.pitched);
  EXPECT_EQ(pitch.note, 60);
  EXPECT_EQ(pitch.confidence, 0);
}

TEST(Pitch, SeesAChord) {
  for (const auto& chord : {std::vector{60, 64, 67}, std::vector{57, 60, 64}, std::vector{50, 57, 65}}) {
    const PitchEstimate pitch = pitchOf(make(0.5, [&](double t) {
      double sum = 0;
      for (const int note : chord) sum += partials(noteToHz(note), t) / 3;
      return sum;
    }));
    EXPECT_TRUE(pitch.severalNotes) << chord[0];
  }
}

TEST(Pitch, NeitherSilenceNorOneSampleIsAPitch) {
  EXPECT_FALSE(pitchOf(AudioBuffer(2, 44100)).pitched);
  AudioBuffer sample(1, 1);
  sample.channel(0)[0] = 1;
  EXPECT_FALSE(pitchOf(sample).pitched);
  EXPECT_FALSE(estimatePitch(sample, 5, 3).pitched);
}

}  // namespace
}  // namespace patchpilot
