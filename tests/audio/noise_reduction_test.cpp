#include "audio/noise_reduction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "audio/level.h"
#include "tones.h"

namespace patchpilot {
namespace {

using namespace tones;

/// A note of 0.9 s with silence around it.
double note(double t, double on) { return 0.5 * held(t, on, on + 0.9) * partials(147, t); }

AudioBuffer noisy(double seconds, double on, double noiseDb) {
  Noise noise(dbToAmplitude(noiseDb));
  return make(seconds, [&](double t) { return note(t, on) + noise(); });
}

/// Of the difference between a sound and the note, in dB.
double errorDb(const AudioBuffer& sound, double on) {
  AudioBuffer difference = sound;
  for (int c = 0; c < sound.channels(); ++c)
    for (std::size_t i = 0; i < sound.frames(); ++i)
      difference.channel(c)[i] -= float(note(double(i) / kSampleRateHz, on));
  return rmsDb(difference);
}

void expectUnchanged(const AudioBuffer& sound) {
  AudioBuffer reduced = sound;
  EXPECT_FALSE(reduceNoise(reduced));
  EXPECT_TRUE(std::ranges::equal(reduced.samples(), sound.samples()));
}

TEST(NoiseReduction, NoiseAroundANoteIsReduced) {
  for (const double db : {-70.0, -50.0, -38.0}) {
    AudioBuffer sound = noisy(3, 0.5, db);
    const double before = errorDb(sound, 0.5);
    const auto below = reduceNoise(sound);
    ASSERT_TRUE(below) << db;
    EXPECT_GT(*below, 20);
    EXPECT_LT(errorDb(sound, 0.5), before - 6) << db;
    // What only was noise is silent.
    EXPECT_EQ(peak(sound.slice(0, std::size_t(0.49 * kSampleRateHz))), 0) << db;
    EXPECT_EQ(peak(sound.slice(std::size_t(2.2 * kSampleRateHz), std::size_t(0.7 * kSampleRateHz))), 0) << db;
  }
}

TEST(NoiseReduction, NoiseMayBeHeardOnOneEndOnly) {
  for (const double on : {0.0, 0.5}) {
    AudioBuffer sound = on == 0 ? noisy(2, 0, -55) : noisy(1.2, 0.5, -55);
    const double before = errorDb(sound, on);
    ASSERT_TRUE(reduceNoise(sound)) << on;
    EXPECT_LT(errorDb(sound, on), before - 4) << on;
  }
}

TEST(NoiseReduction, EachSideHasItsOwn) {
  AudioBuffer sound = noisy(3, 0.5, -50);
  Noise other(dbToAmplitude(-60));
  for (std::size_t i = 0; i < sound.frames(); ++i)
    sound.channel(1)[i] = float(note(double(i) / kSampleRateHz, 0.5) + other());
  const double before = errorDb(sound, 0.5);
  ASSERT_TRUE(reduceNoise(sound));
  EXPECT_LT(errorDb(sound, 0.5), before - 6);
}

TEST(NoiseReduction, WhatBelongsToTheSoundStays) {
  Noise noise(dbToAmplitude(-50));
  // Noise that comes with the note, out of silence.
  expectUnchanged(make(3, [&](double t) { return t < 0.5 ? 0 : note(t, 0.5) + noise(); }));
  // A tail of noise that dies away; a quiet tone that goes on; loud noise.
  expectUnchanged(make(3, [&](double t) { return note(t, 0) + 5 * noise() * std::exp(-t); }));
  expectUnchanged(make(3, [&](double t) { return note(t, 0) + 0.003 * sine(440, t); }));
  expectUnchanged(make(3, [&](double t) { return note(t, 0.5) + 20 * noise(); }));
  // Noise alone, no noise, a note that is cut while it sounds.
  expectUnchanged(make(2, [&](double) { return noise(); }));
  expectUnchanged(make(2, [&](double t) { return note(t, 0.4); }));
  expectUnchanged(make(0.8, [&](double t) { return note(t, 0) + noise(); }));
}

TEST(NoiseReduction, TinySoundsAndSilenceDoNoHarm) {
  for (const std::size_t frames : {1u, 100u, 22049u, 22050u, 44100u}) expectUnchanged(AudioBuffer(2, frames));
}

}  // namespace
}  // namespace patchpilot
