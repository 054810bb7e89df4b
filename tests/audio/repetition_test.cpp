#include "audio/repetition.h"

#include <gtest/gtest.h>

#include "audio/analysis.h"
#include "audio/envelope.h"
#include "audio/pitch.h"
#include "tones.h"

namespace patchpilot {
namespace {

using namespace tones;

/// A filter that closes: partials fade the faster, the higher they are.
double fading(double hz, double t, double rate = 0.04) {
  double sum = 0;
  for (int h = 1; h <= 40 && h * hz < 9000; ++h)
    sum += sine(h * hz, t) / h * std::exp(-std::max(0.0, t) * (0.1 + rate * h));
  return 0.5 * sum;
}

double gate(double t, double hz, double share = 0.5) { return t * hz - std::floor(t * hz) < share ? 1 : 0; }

TEST(Repetition, AGatedNoteIsOneNote) {
  struct Gate {
    double hz, share, noteHz;
  };
  for (const Gate& g : {Gate{2, 0.6, 110}, Gate{3.5, 0.5, 196}, Gate{5, 0.3, 146.8}, Gate{6.2, 0.5, 261.6},
                        Gate{8, 0.5, 98}, Gate{4, 0.75, 82.4}}) {
    const auto result = analyseSound(make(4, [&](double t) {
      return held(t, 0, 3.2, 0.005, 0.08) * gate(t, g.hz, g.share) * fading(g.noteHz, t);
    }));
    EXPECT_EQ(result.endSeconds, 4) << g.hz;
    EXPECT_NEAR(result.noteLengthSeconds, 3.2, 0.35) << g.hz;
    EXPECT_TRUE(result.warnings.empty()) << g.hz << result.warnings.front();
    EXPECT_EQ(result.note, int(std::lround(hzToNote(g.noteHz)))) << g.hz;
  }
}

TEST(Repetition, AGatePatternOnStepsIsOneNote) {
  const std::vector<int> pattern{1, 0, 1, 1, 0, 1, 0, 1};
  const auto result = analyseSound(
      make(4, [&](double t) { return held(t, 0, 3.3) * pattern[std::size_t(t * 8) % 8] * fading(165, t); }));
  EXPECT_EQ(result.endSeconds, 4);
  EXPECT_GT(result.noteLengthSeconds, 2.9);
}

TEST(Repetition, GatedNoiseIsOneSound) {
  Noise noise(0.3);
  EXPECT_EQ(analyseSound(make(3, [&](double t) { return gate(t, 4) * noise(); })).endSeconds, 3);
}

TEST(Repetition, ADeepTremoloIsOneNote) {
  for (const double hz : {2.0, 3.0, 4.5, 6.0, 8.0}) {
    const auto result = analyseSound(make(4, [&](double t) {
      return held(t, 0, 3) * (0.5 - 0.5 * std::cos(2 * std::numbers::pi * hz * t)) * fading(220, t);
    }));
    EXPECT_EQ(result.endSeconds, 4) << hz;
    EXPECT_NEAR(result.noteLengthSeconds, 3, 0.4) << hz;
  }
}

/// The first of several notes is analysed, and ends, as it does alone.
void expectFirstNote(const std::function<double(double)>& notes, double next, double length) {
  const auto alone = analyseSound(make(next - 0.02, notes)), all = analyseSound(make(4, notes));
  EXPECT_LT(all.endSeconds, next + 0.001);
  EXPECT_GT(all.endSeconds, std::min(next - 0.15, length));
  EXPECT_EQ(all.note, alone.note);
  EXPECT_NEAR(all.onsetSeconds, alone.onsetSeconds, 1e-3);
  EXPECT_NEAR(all.noteLengthSeconds, alone.noteLengthSeconds, 0.03);
  EXPECT_NEAR(all.noteLengthSeconds, length, 0.06);
  ASSERT_FALSE(all.warnings.empty());
  EXPECT_NE(all.warnings.front().find("several onsets: the first note is used, up to"), std::string::npos);
}

TEST(Repetition, AMelodyEndsWithItsFirstNote) {
  expectFirstNote(
      [](double t) {
        double sum = 0;
        for (const int step : {0, 2, 4, 5, 7, 9, 11}) {
          const double on = 0.5 * double(step) / 2;
          sum += held(t, on, on + 0.18, 0.004, 0.02) * fading(noteToHz(48 + step), t - on);
        }
        return sum;
      },
      0.5, 0.18);
}

TEST(Repetition, NotesOfOneKeyEndWithTheFirst) {
  expectFirstNote(
      [](double t) {
        double sum = 0;
        for (int i = 0; i < 4; ++i) sum += held(t, i, i + 0.6, 0.004, 0.05) * fading(131, t - i);
        return sum;
      },
      1, 0.6);
  // The filter opens anew with each.
  expectFirstNote(
      [](double t) {
        double sum = 0;
        for (int i = 0; i < 8; ++i)
          sum += held(t, 0.5 * i, 0.5 * i + 0.25, 0.004, 0.03) * fading(131, t - 0.5 * i, 0.4);
        return sum;
      },
      0.5, 0.25);
}

TEST(Repetition, TwoNotesOfDifferentTimbre) {
  expectFirstNote(
      [](double t) { return held(t, 0.02, 0.7) * fading(98, t) + held(t, 1.3, 3) * sine(587, t); }, 1.3,
      0.68);
}

TEST(Repetition, ALoopOfDrumsEndsWithItsFirstHit) {
  const auto hit = [](double t, double at) {
    return t < at ? 0 : std::exp(-6 * (t - at)) * sine(50 + 100 * std::exp(-30 * (t - at)), t - at);
  };
  const auto loop = analyseSound(make(4, [&](double t) {
    double sum = 0;
    for (int i = 0; i < 8; ++i) sum += hit(t, 0.5 * i) * (i % 2 ? 0.7 : 1);
    return sum;
  }));
  EXPECT_NEAR(loop.endSeconds, 0.5, 0.03);
}

TEST(Repetition, EchoesBelongToTheirNote) {
  const auto result = analyseSound(make(4, [](double t) {
    double sum = 0;
    for (int i = 0; i < 6; ++i)
      if (const double u = t - 0.35 * i; u >= 0) sum += std::pow(0.6, i) * std::exp(-8 * u) * fading(196, u);
    return sum;
  }));
  EXPECT_EQ(result.endSeconds, 4);
  EXPECT_LT(result.noteLengthSeconds, 0.36);
}

TEST(Repetition, OneOnsetIsNoRepetition) {
  const auto sound = make(1, [](double t) { return partials(220, t); });
  EXPECT_EQ(repetitionOf(sound, 0, {}), Repetition::notes);
  EXPECT_EQ(repetitionOf(sound, 0, {20000}), Repetition::notes);
  EXPECT_EQ(tremoloSeconds(sound, 0), 0);
}

}  // namespace
}  // namespace patchpilot
