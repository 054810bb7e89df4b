#include "synth/history_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace patchpilot {
namespace {

AudioBuffer sine(double hz, double level = 0.3, double phase = 0, double noise = 0, unsigned seed = 0) {
  AudioBuffer sound(2, 22050);
  std::mt19937 random(seed);
  for (std::size_t i = 0; i < sound.frames(); ++i) {
    const double hiss = noise * (double(random()) / double(random.max()) - 0.5);
    for (int c = 0; c < 2; ++c)
      sound.channel(c)[i] =
          float(level * std::sin(2 * M_PI * (hz * double(i) / kSampleRateHz + phase)) + hiss);
  }
  return sound;
}

/// Counts what it is asked for; what it plays is a function of the patch, the notes that its instance has
/// played, and the notes that all have played.
struct Fake {
  std::function<AudioBuffer(std::size_t patch, int played, int all)> sound;
  std::size_t patches = 3;
  int played = 0, all = 0, renewals = 0;

  bool dependsOnHistory() {
    return patchpilot::dependsOnHistory({[this] { played = 0, ++renewals; },
                                         [this](std::size_t patch) {
                                           const AudioBuffer made = sound(patch, played, all);
                                           ++played, ++all;
                                           return made;
                                         },
                                         patches});
  }
};

TEST(HistoryCheck, CostsARenderOfEachPatchAndOneMore) {
  Fake synth{[](std::size_t patch, int, int) { return sine(200.0 + 50 * double(patch)); }};
  EXPECT_FALSE(synth.dependsOnHistory());
  EXPECT_EQ(synth.all, 4);
  EXPECT_EQ(synth.renewals, 1);
}

TEST(HistoryCheck, FindsWhatAnInstanceHasKept) {
  Fake detuned{[](std::size_t patch, int played, int) {
    return sine((200.0 + 50 * double(patch)) * (1 + 0.001 * played));
  }};
  EXPECT_TRUE(detuned.dependsOnHistory()) << "less than two cents a note, from a synth that repeats itself";
  EXPECT_EQ(detuned.all, 6);
  Fake free{[](std::size_t, int played, int) { return sine(200, 0.3, 0.1 * played); }};
  EXPECT_TRUE(free.dependsOnHistory()) << "an oscillator that runs on";
}

TEST(HistoryCheck, LeavesOutWhatIsBelowHearing) {
  Fake settling{[](std::size_t, int played, int) { return sine(200, 0.3 * (1 + 1e-6 * played)); }};
  EXPECT_FALSE(settling.dependsOnHistory());
}

TEST(HistoryCheck, SpreadIsNoHistory) {
  Fake phases{[](std::size_t, int, int all) { return sine(200, 0.3, 0.37 * all); }};
  EXPECT_FALSE(phases.dependsOnHistory());
  Fake noise{[](std::size_t, int, int all) { return sine(200, 0.1, 0, 0.5, unsigned(all)); }};
  EXPECT_FALSE(noise.dependsOnHistory());
}

TEST(HistoryCheck, HistoryBeyondTheSpreadIsFound) {
  Fake retuned{[](std::size_t, int played, int all) {
    return sine(played > 1 ? 300 : 200, 0.1, 0, 0.1, unsigned(all));
  }};
  EXPECT_TRUE(retuned.dependsOnHistory());
  Fake quieter{
      [](std::size_t, int played, int all) { return sine(200, played > 1 ? 0.03 : 0.1, 0.37 * all); }};
  EXPECT_TRUE(quieter.dependsOnHistory());
}

TEST(HistoryCheck, OfEachPatchFindsWhatOneLeavesToAnother) {
  // Patch 2 leaves its tuning, and only patch 3 takes it.
  struct {
    bool tuned = false;
    int plays = 0;
  } state;
  const auto played = [&](bool leaks) {
    return PlayedPlugin{[&] { state.tuned = false; },
                        [&, leaks](std::size_t patch) {
                          ++state.plays;
                          const double hz =
                              (200 + 50 * double(patch)) * (state.tuned && patch == 3 ? 1.1 : 1);
                          if (leaks) state.tuned = patch == 2 || (state.tuned && patch == 3);
                          return sine(hz);
                        },
                        4};
  };
  EXPECT_TRUE(anyDependsOnHistory(played(true)));
  state = {};
  EXPECT_FALSE(anyDependsOnHistory(played(false)));
  EXPECT_EQ(state.plays, 12) << "each alone, and twice in a row";
  EXPECT_FALSE(anyDependsOnHistory({[] {}, [](std::size_t) { return AudioBuffer(2, 22050); }, 3}));
  EXPECT_FALSE(anyDependsOnHistory({[] {}, [](std::size_t) { return AudioBuffer(); }, 0}));
}

TEST(HistoryCheck, OfEachPatchFindsWhatIsSilencedOrWoken) {
  bool muted = false;
  const PlayedPlugin mutes{[&] { muted = false; },
                           [&](std::size_t patch) {
                             const AudioBuffer sound = muted ? AudioBuffer(2, 22050) : sine(200);
                             muted = muted || patch == 1;
                             return sound;
                           },
                           2};
  EXPECT_TRUE(anyDependsOnHistory(mutes));
  int all = 0;
  EXPECT_FALSE(anyDependsOnHistory({[] {}, [&](std::size_t) { return sine(200, 0.3, 0.37 * all++); }, 3}))
      << "free phases";
}

TEST(HistoryCheck, PassesOverSilentPatches) {
  Fake synth{[](std::size_t patch, int played, int) {
    return patch == 2 ? sine(200.0 + played) : AudioBuffer(2, 22050);
  }};
  EXPECT_TRUE(synth.dependsOnHistory());
  Fake silent{[](std::size_t, int, int) { return AudioBuffer(2, 22050); }};
  EXPECT_FALSE(silent.dependsOnHistory());
  Fake broken{[](std::size_t, int, int) { return sine(200, NAN); }};
  EXPECT_FALSE(broken.dependsOnHistory());
  Fake none{[](std::size_t, int, int) { return sine(200); }, 0};
  EXPECT_FALSE(none.dependsOnHistory());
}

TEST(HistoryCheck, TheDifferenceOfSoundsIsInDecibels) {
  EXPECT_EQ(bandDifferenceDb(sine(200), sine(200)), 0);
  EXPECT_LT(bandDifferenceDb(sine(200), sine(200, 0.3, 0.25)), 1);
  EXPECT_GT(bandDifferenceDb(sine(200), sine(400)), 3);
  EXPECT_EQ(bandDifferenceDb(AudioBuffer(2, 0), AudioBuffer(2, 0)), 0);
}

}  // namespace
}  // namespace patchpilot
