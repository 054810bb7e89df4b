#include "audio/single_cycle.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audio/analysis.h"
#include "audio/pitch.h"
#include "tones.h"

namespace patchpilot {
namespace {

using namespace tones;

/// `frames` samples of `value(phase)`, phase from 0 to `cycles`.
AudioBuffer wave(std::size_t frames, const std::function<double(double)>& value, double cycles = 1) {
  AudioBuffer sound(2, frames);
  for (std::size_t i = 0; i < frames; ++i)
    sound.channel(0)[i] = sound.channel(1)[i] = float(value(cycles * double(i) / double(frames)));
  return sound;
}

double saw(double phase) { return 2 * (phase - std::floor(phase)) - 1; }
double square(double phase) { return phase - std::floor(phase) < 0.5 ? 0.6 : -0.6; }
double sineWave(double phase) { return sine(1, phase); }

TEST(SingleCycle, IsRepeatedToTheNote) {
  for (const std::size_t frames : {64u, 256u, 337u, 600u, 1024u, 2048u, 4096u})
    for (const auto& value : {saw, square, sineWave})
      for (const int note : {36, 48, 71}) {
        const auto cycle = repeatedCycle(wave(frames, value), 0, note);
        ASSERT_TRUE(cycle) << frames;
        const TargetAnalysis analysis = analyseSound(cycle->sound);
        EXPECT_NEAR(hzToNote(analysis.fundamentalHz), note, 0.2) << frames;
        EXPECT_LT(analysis.onsetSeconds, 0.003);
        EXPECT_NEAR(analysis.noteLengthSeconds, CycleNote::kHeldSeconds, 0.05);
        EXPECT_NE(cycle->message.find(fmt::format("a single cycle of {} samples", frames)),
                  std::string::npos);
      }
}

TEST(SingleCycle, KeepsTheTimbre) {
  const auto cycle =
      repeatedCycle(wave(600, [](double p) { return 0.5 * sine(1, p) + 0.25 * sine(3, p); }), 0, 57);
  ASSERT_TRUE(cycle);
  // From 0.5 s on, 220 Hz and 660 Hz at a ratio of 2, and nothing else.
  const auto amplitude = [&](double hz) {
    double real = 0, imaginary = 0;
    for (std::size_t i = 0; i < 44100; ++i) {
      const double t = double(i) / kSampleRateHz, sample = cycle->sound.channel(0)[i + 11025];
      real += sample * std::cos(2 * std::numbers::pi * hz * t);
      imaginary += sample * std::sin(2 * std::numbers::pi * hz * t);
    }
    return std::hypot(real, imaginary) / 22050;
  };
  EXPECT_NEAR(amplitude(220) / amplitude(660), 2, 0.02);
  EXPECT_LT(amplitude(440), 0.001);
  EXPECT_LT(amplitude(1100), 0.001);
}

TEST(SingleCycle, AWavetableIsRunThrough) {
  AudioBuffer table(2, 16 * 2048);
  for (std::size_t i = 0; i < table.frames(); ++i) {
    const double phase = double(i) / 2048, mix = double(i / 2048) / 15;
    table.channel(0)[i] = table.channel(1)[i] = float((1 - mix) * sine(1, phase) + mix * saw(phase));
  }
  const auto note = repeatedCycle(table, 2048, 48);
  ASSERT_TRUE(note);
  EXPECT_EQ(analyseSound(note->sound).note, 48);
  EXPECT_NE(note->message.find("a wavetable of 16 cycles of 2048 samples"), std::string::npos);
}

TEST(SingleCycle, OtherSoundsAreNone) {
  const auto isCycle = [](const AudioBuffer& sound) { return repeatedCycle(sound, 0, 48).has_value(); };
  EXPECT_FALSE(isCycle(make(2, [](double t) { return partials(110, t); }))) << "a note";
  EXPECT_FALSE(isCycle(wave(3000, [](double p) { return sine(1, 30 * p) * std::exp(-6 * p); }))) << "a click";
  EXPECT_FALSE(isCycle(wave(3000, saw, 7))) << "some cycles";
  EXPECT_FALSE(isCycle(wave(1000, [](double) { return 0; }))) << "silence";
  Noise noise(0.3);
  EXPECT_FALSE(isCycle(make(0.07, [&](double) { return noise(); }))) << "a tick of noise";
  AudioBuffer slow(2, 1500, 8000);
  for (std::size_t i = 0; i < slow.frames(); ++i)
    slow.channel(0)[i] = slow.channel(1)[i] = float(saw(double(i) / 1500));
  EXPECT_FALSE(isCycle(slow)) << "0.19 s";
  EXPECT_FALSE(isCycle(wave(10, saw))) << "too short";
  EXPECT_FALSE(isCycle(wave(5000, saw))) << "too long";
  EXPECT_FALSE(repeatedCycle(wave(1000, [](double p) { return std::exp(-8 * p); }), 4096, 48))
      << "shorter than its cycle";
}

}  // namespace
}  // namespace patchpilot
