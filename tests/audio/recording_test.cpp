#include "audio/recording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "audio/analysis.h"
#include "audio/level.h"
#include "audio/pitch.h"
#include "tones.h"

namespace patchpilot {
namespace {

using namespace tones;

constexpr int kNote = 50;

/// A note of 0.9 s after 0.4 s of silence, and silence after it.
AudioBuffer recorded(int note = kNote) {
  return make(3, [&](double t) { return 0.5 * held(t, 0.4, 1.3) * partials(noteToHz(note), t); });
}

/// A sound whose channels are changed sample by sample.
AudioBuffer changed(AudioBuffer sound,
                    const std::function<float(int channel, double seconds, float sample)>& change) {
  for (int c = 0; c < sound.channels(); ++c)
    for (std::size_t i = 0; i < sound.frames(); ++i)
      sound.channel(c)[i] = change(c, double(i) / kSampleRateHz, sound.channel(c)[i]);
  return sound;
}

float gain(double db) { return float(dbToAmplitude(db)); }

/// A recording with a fault is told, and gives the note, the onset and the length of the one without it.
void expectSameNote(const AudioBuffer& faulty, const std::string& told) {
  const CorrectedRecording corrected = correctRecording(faulty);
  ASSERT_FALSE(corrected.corrections.empty()) << told;
  EXPECT_TRUE(std::any_of(corrected.corrections.begin(), corrected.corrections.end(),
                          [&](const std::string& line) { return line.find(told) != std::string::npos; }))
      << corrected.corrections.front();
  const TargetAnalysis analysis = analyseSound(corrected.sound);
  EXPECT_EQ(analysis.note, kNote) << told;
  EXPECT_NEAR(analysis.onsetSeconds, 0.4, 0.006) << told;
  EXPECT_NEAR(analysis.noteLengthSeconds, 0.9, 0.05) << told;
  EXPECT_EQ(analysis.endSeconds, faulty.seconds()) << told;
}

TEST(Recording, AFaultlessSoundComesBackToTheBit) {
  Noise noise(0.5);
  AudioBuffer wide = recorded();
  for (std::size_t i = 0; i < wide.frames(); ++i)
    wide.channel(1)[i] *= 0.3f + 0.7f * float(sine(0.7, double(i) / kSampleRateHz));
  const auto pulses = make(2, [](double t) { return std::fmod(t * 110, 1) < 0.2 ? 0.8 : -0.2; });
  const auto kick =
      make(0.5, [](double t) { return 0.9 * sine(45 + 20 * std::exp(-t * 30), t) * std::exp(-5 * t); });
  const auto sub = make(2, [](double t) { return 0.7 * sine(32.7, t); });
  const auto slowSaw = make(2, [](double t) { return 0.4 * partials(16.35, t); });
  for (const AudioBuffer& sound :
       {recorded(), wide, pulses, kick, sub, slowSaw, make(1, [&](double) { return noise(); })}) {
    const CorrectedRecording corrected = correctRecording(sound);
    EXPECT_TRUE(corrected.corrections.empty()) << corrected.corrections.front();
    EXPECT_TRUE(std::ranges::equal(corrected.sound.samples(), sound.samples()));
  }
}

TEST(Recording, TinySoundsAndSilenceDoNoHarm) {
  for (const std::size_t frames : {1u, 2u, 3u, 100u, 5000u}) {
    EXPECT_TRUE(correctRecording(AudioBuffer(2, frames)).corrections.size() <= 1);
    AudioBuffer constant(2, frames);
    for (float& sample : constant.samples()) sample = 0.25f;
    correctRecording(constant);
  }
}

TEST(Recording, AnEmptySideIsFilledByTheOther) {
  for (const int empty : {0, 1}) {
    const AudioBuffer sound = changed(recorded(), [&](int c, double, float s) { return c == empty ? 0 : s; });
    expectSameNote(sound, empty == 0 ? "the left side is empty" : "the right side is empty");
    EXPECT_TRUE(std::ranges::equal(correctRecording(sound).sound.samples(), recorded().samples()));
  }
}

TEST(Recording, NoiseOnOneSideIsNoSound) {
  for (const double db : {-75.0, -50.0, -38.0}) {
    Noise noise(dbToAmplitude(db));
    expectSameNote(changed(recorded(), [&](int c, double, float s) { return c == 1 ? float(noise()) : s; }),
                   "the left side is used for both");
  }
}

TEST(Recording, CrosstalkIsNoSecondSide) {
  expectSameNote(changed(recorded(), [](int c, double, float s) { return c == 0 ? s * gain(-28) : s; }),
                 "the left side is 28 dB below the other: the right side is used for both");
}

TEST(Recording, ASoundThatIsPannedStaysSo) {
  for (const double db : {-3.0, -9.0, -15.0})
    EXPECT_TRUE(correctRecording(changed(recorded(), [&](int c, double, float s) {
                  return c == 0 ? s * gain(db) : s;
                })).corrections.empty());
}

TEST(Recording, AnInvertedSideIsInvertedBack) {
  const AudioBuffer inverted = changed(recorded(), [](int c, double, float s) { return c == 1 ? -s : s; });
  expectSameNote(inverted, "inverted");
  EXPECT_TRUE(std::ranges::equal(correctRecording(inverted).sound.samples(), recorded().samples()));
  Noise noise(0.01);
  expectSameNote(
      changed(inverted, [&](int, double t, float s) { return s + float(noise() * held(t, 0.4, 1.3)); }),
      "inverted");
  expectSameNote(changed(inverted, [](int c, double, float s) { return c == 0 ? 0.4f * s : s; }), "inverted");
}

TEST(Recording, AnInvertedSideThatWasRoundedIsTheSameSound) {
  // Files hold whole numbers, which are rounded downwards here.
  const auto rounded = [](float sample) { return std::floor(sample * 8388608) / 8388608; };
  const AudioBuffer inverted =
      changed(recorded(), [&](int c, double, float s) { return rounded(c == 1 ? -s : s); });
  const AudioBuffer corrected = correctRecording(inverted).sound;
  EXPECT_TRUE(std::ranges::equal(corrected.channel(0), inverted.channel(0)));
  EXPECT_TRUE(std::ranges::equal(corrected.channel(1), inverted.channel(0)));
}

TEST(Recording, NoiseOnBothSidesIsReduced) {
  for (const double db : {-70.0, -55.0, -40.0}) {
    Noise noise(dbToAmplitude(db));
    expectSameNote(changed(recorded(), [&](int, double, float s) { return s + float(noise()); }),
                   "steady noise");
  }
}

TEST(Recording, ADcOffsetIsRemoved) {
  for (const double offset : {0.004, -0.03, 0.2})
    expectSameNote(changed(recorded(), [&](int, double, float s) { return s + float(offset); }), "DC offset");
  expectSameNote(changed(recorded(), [](int c, double, float s) { return c == 0 ? s - 0.1f : s; }),
                 "DC offset is removed (left -10.0 %");
}

TEST(Recording, RumbleIsFilteredOut) {
  for (const double hz : {7.0, 17.0, 28.0, 44.0})
    expectSameNote(
        changed(recorded(), [&](int, double t, float s) { return s + gain(-28) * float(sine(hz, t)); }),
        hz < 10 ? "rumble below " : "rumble below 80 Hz");
  // Noise below some 20 Hz.
  Noise noise(0.6);
  std::vector<float> low(3 * 44100);
  std::array<double, 5> stages{};
  for (float& sample : low) {
    stages[0] = noise();
    for (std::size_t i = 1; i < stages.size(); ++i) stages[i] += 0.005 * (stages[i - 1] - stages[i]);
    sample = float(stages.back());
  }
  expectSameNote(
      changed(recorded(),
              [&](int, double t, float s) { return s + low[std::size_t(t * 44100 + 0.5) % low.size()]; }),
      "rumble below");
}

TEST(Recording, WhatIsLowInTheNoteItselfIsNoRumble) {
  const auto sound =
      make(3, [](double t) { return held(t, 0.4, 1.3) * (0.3 * sine(30, t) + 0.3 * partials(60, t)); });
  EXPECT_TRUE(correctRecording(sound).corrections.empty());
}

/// By how much the squared error of a clipped sound falls.
double errorLeft(const AudioBuffer& whole) {
  const AudioBuffer clipped =
      changed(whole, [](int, double, float s) { return std::clamp(s, -0.99f, 0.99f); });
  const AudioBuffer restored = correctRecording(clipped).sound;
  double before = 0, after = 0;
  for (std::size_t i = 0; i < whole.frames(); ++i) {
    before += std::pow(clipped.channel(0)[i] - whole.channel(0)[i], 2);
    after += std::pow(restored.channel(0)[i] - whole.channel(0)[i], 2);
  }
  return after / before;
}

TEST(Recording, ClippedPeaksAreRestored) {
  for (const double factor : {1.25, 1.6}) {
    const AudioBuffer whole =
        changed(recorded(), [&](int, double, float s) { return s * float(factor / 0.45); });
    expectSameNote(changed(whole, [](int, double, float s) { return std::clamp(s, -0.99f, 0.99f); }),
                   "it is clipped at -0.1 dB");
    EXPECT_LT(errorLeft(whole), 0.9) << factor;
  }
  EXPECT_LT(errorLeft(make(
                3, [](double t) { return held(t, 0.4, 1.3) * (1.2 * sine(146, t) + 0.3 * sine(292, t)); })),
            0.2);
}

TEST(Recording, ADistortedSoundIsToldAndLeftAsItIs) {
  const AudioBuffer distorted =
      changed(recorded(), [](int, double, float s) { return std::clamp(s * 30, -0.9f, 0.9f); });
  const CorrectedRecording corrected = correctRecording(distorted);
  ASSERT_EQ(corrected.corrections.size(), 1u);
  EXPECT_NE(corrected.corrections[0].find("its distortion is matched too"), std::string::npos);
  EXPECT_TRUE(std::ranges::equal(corrected.sound.samples(), distorted.samples()));
}

TEST(Recording, AVeryQuietSoundIsAmplified) {
  for (const double db : {-55.0, -72.0}) {
    const AudioBuffer quiet = changed(recorded(), [&](int, double, float s) { return s * gain(db); });
    expectSameNote(quiet, "very quiet");
    EXPECT_NEAR(amplitudeToDb(peak(correctRecording(quiet).sound)), -12, 0.01);
  }
}

TEST(Recording, ASoundBeyondFullScaleIsAttenuated) {
  for (const double db : {18.0, 24.0}) {
    const AudioBuffer loud = changed(recorded(), [&](int, double, float s) { return s * gain(db); });
    expectSameNote(loud, "beyond full scale");
    EXPECT_NEAR(peak(correctRecording(loud).sound), 1, 1e-4);
  }
}

TEST(Recording, SilenceAroundItAndAFadeInChangeNothing) {
  const double hz = noteToHz(kNote);
  for (const double before : {0.0, 0.02, 2.0, 7.0})
    for (const double after : {0.2, 5.0}) {
      const auto result = analyseSound(correctRecording(make(before + 1.2 + after, [&](double t) {
                                         return 0.5 * held(t, before, before + 0.9) * partials(hz, t);
                                       })).sound);
      EXPECT_EQ(result.note, kNote);
      EXPECT_NEAR(result.onsetSeconds, before, 0.006) << before << " " << after;
      EXPECT_NEAR(result.noteLengthSeconds, 0.9, 0.05) << before << " " << after;
    }
  for (const double fade : {0.01, 0.06, 0.3}) {
    const auto result = analyseSound(
        make(2, [&](double t) { return std::min(1.0, t / fade) * held(t, 0, 1.4) * partials(hz, t); }));
    EXPECT_EQ(result.note, kNote);
    EXPECT_LT(result.onsetSeconds, 0.02) << fade;
    EXPECT_NEAR(result.onsetSeconds + result.noteLengthSeconds, 1.4, 0.05) << fade;
  }
}

TEST(Recording, SeveralFaultsAtOnce) {
  Noise noise(0.002);
  const auto sound = changed(recorded(), [&](int c, double t, float s) {
    return c == 1 ? float(noise()) - 0.02f : 0.05f + s + gain(-30) * float(sine(21, t));
  });
  expectSameNote(sound, "rumble");
  EXPECT_EQ(correctRecording(sound).corrections.size(), 3u);
}

TEST(Recording, CorrelationOfSides) {
  const std::vector<float> a{1, 2, -3, 4, 0.5f}, b{-2, -4, 6, -8, -1}, none(5);
  EXPECT_NEAR(correlation(a, a), 1, 1e-6);
  EXPECT_NEAR(correlation(a, b), -1, 1e-6);
  EXPECT_EQ(correlation(a, none), 0);
  EXPECT_TRUE(sidesCancel(a, b));
  EXPECT_FALSE(sidesCancel({}, {}));
}

}  // namespace
}  // namespace patchpilot
