#include "audio/level.h"
#include "own_space.h"
#include "synth/render_pool.h"

#include <cstring>

namespace patchpilot {
namespace {

Synth synthAt(const ParameterSpace& space, std::optional<double> bpm) {
  SynthOptions options;
  options.tempoBpm = bpm;
  return Synth(space, std::move(options));
}

/// A held note of the base patch.
AudioBuffer heldNote(const Synth& synth, double seconds) {
  return renderOnce(synth, Patch{}, {60, 100, seconds}, seconds);
}

double levelAt(const AudioBuffer& sound, double seconds) {
  return rmsDb(sound.slice(std::size_t(seconds * kSampleRateHz), 1000));
}

TEST(Tempo, IsFollowedByAPluginOfEitherFormat) {
  const TestPlaces places;
  for (const char* format : {"VST3", "LV2"}) {
    const ParameterSpace space = ownSpace(format);
    const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", "follow-tempo");
    for (const double bpm : {120.0, 60.0, 97.0}) {
      const AudioBuffer sound = heldNote(synthAt(space, bpm), 3);
      const double beat = 60 / bpm;
      for (int i = 0; i < 2; ++i) {
        EXPECT_GT(levelAt(sound, (i + 0.25) * beat), -40) << format << " " << bpm << " beat " << i;
        EXPECT_LT(levelAt(sound, (i + 0.75) * beat), -100) << format << " " << bpm << " beat " << i;
      }
    }
  }
}

TEST(Tempo, Is120UnlessAskedFor) {
  const TestPlaces places;
  const ParameterSpace space = ownSpace("VST3");
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", "follow-tempo");
  const Synth usual = synthAt(space, {}), at120 = synthAt(space, 120), at121 = synthAt(space, 121);
  EXPECT_EQ(usual.tempoBpm(), 120);
  const auto samples = [](const Synth& synth) {
    const AudioBuffer sound = heldNote(synth, 1);
    return std::vector<float>(sound.samples().begin(), sound.samples().end());
  };
  EXPECT_EQ(samples(usual), samples(at120));
  EXPECT_NE(samples(usual), samples(at121));
}

TEST(Tempo, ChangesNothingInASynthThatDoesNotFollowIt) {
  const TestPlaces places;
  for (const char* name : {"jx10", "dx10"}) {
    const ParameterSpace space = loadSpace(name);
    const AudioBuffer slow = heldNote(synthAt(space, 60), 0.5), fast = heldNote(synthAt(space, 180), 0.5);
    EXPECT_TRUE(std::equal(slow.samples().begin(), slow.samples().end(), fast.samples().begin())) << name;
  }
}

TEST(Tempo, StartsAnewWithEachRender) {
  const TestPlaces places;
  const ParameterSpace space = ownSpace("VST3");
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", "follow-tempo");
  const Synth synth = synthAt(space, 77);
  const Patch patch;
  RenderPool pool(synth, {.workers = 1, .longestSeconds = 1});
  const auto sounds = pool.renderAll(std::vector<RenderJob>(3, {0, &patch, {60, 100, 1}, 0.9}));
  for (const auto& sound : sounds) {
    ASSERT_TRUE(sound);
    EXPECT_TRUE(
        std::equal(sound->samples().begin(), sound->samples().end(), sounds.front()->samples().begin()));
  }
}

}  // namespace
}  // namespace patchpilot
