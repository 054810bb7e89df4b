#include "synth/instance_notes.h"

#include "base/places.h"
#include "own_space.h"
#include "same_bits.h"
#include "synth/preset_history.h"
#include "synth/render_pool.h"

#include <algorithm>

namespace patchpilot {
namespace {

/// The test synth with a fault, and what it has told.
struct FaultySynth {
  explicit FaultySynth(const std::string& fault, const std::string& extra = "")
      : misbehave("PATCHPILOT_TEST_PLUGIN", fault),
        synth(parseSpace(testSynthSpace(extra), "test.toml"),
              {.onNote = [this](const std::string& note) { notes.push_back(note); }}) {}

  std::vector<std::string> notes;
  ScopedVariable misbehave;
  Synth synth;
};

/// Renders notes of different keys in turn with one worker: each must sound as it does alone.
void expectIndependentRenders(const Synth& synth) {
  const Patch base;
  const auto job = [&](int key) { return RenderJob{0, &base, {key, 100, 0.2}, 0.4}; };
  std::vector<AudioBuffer> alone;
  for (const int key : {60, 72}) alone.push_back(renderOnce(synth, base, job(key).note, 0.4));
  RenderPool pool(synth, {.workers = 1, .longestSeconds = 0.4});
  const auto sounds = pool.renderAll({job(60), job(72), job(60), job(60), job(72)});
  const std::size_t expected[] = {0, 1, 0, 0, 1};
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    ASSERT_TRUE(sounds[i]) << i;
    EXPECT_TRUE(sameBits(*sounds[i], alone[expected[i]])) << "render " << i;
  }
}

TEST(History, OfAPluginThatForgetsIsNoConcern) {
  const TestPlaces places;
  FaultySynth faulty("none");
  EXPECT_FALSE(faulty.synth.renewsInstances());
  EXPECT_TRUE(faulty.notes.empty());
  expectIndependentRenders(faulty.synth);
}

TEST(History, OfAPluginThatRemembersTheLastNoteIsNotHeard) {
  const TestPlaces places;
  FaultySynth faulty("glide");
  EXPECT_TRUE(faulty.synth.renewsInstances());
  expectIndependentRenders(faulty.synth);
  ASSERT_EQ(faulty.notes.size(), 1u) << "it is told once";
  EXPECT_EQ(
      faulty.notes.front(),
      "Patch Pilot Test Synth sounds different after other patches; each render gets a new instance of it");
}

TEST(History, OfAPluginThatChangesWithEachNoteIsNotHeard) {
  const TestPlaces places;
  FaultySynth faulty("wear");
  EXPECT_TRUE(faulty.synth.renewsInstances());
  expectIndependentRenders(faulty.synth);
}

TEST(History, OfAnLv2IsForgottenAnyway) {
  const TestPlaces places;
  for (const char* fault : {"glide", "wear"}) {
    const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", fault);
    const Synth synth(ownSpace("LV2"));
    EXPECT_FALSE(synth.renewsInstances()) << fault;
    expectIndependentRenders(synth);
  }
}

/// The test synth's own state with another memo of five letters in it, which no parameter shows.
Bytes withMemo(Bytes state, const std::string& memo) {
  const std::string plain = "plain";
  const auto at = std::search(state.begin(), state.end(), plain.begin(), plain.end());
  EXPECT_NE(at, state.end());
  std::copy(memo.begin(), memo.end(), at);
  return state;
}

TEST(History, WhatOnlySomePresetsLeaveBehindIsFoundWithThem) {
  const TestPlaces places;
  FaultySynth faulty("keep-memo");
  Synth& synth = faulty.synth;
  const Patch plain = Patch::preset(synth.state(Patch::point(synth.space().draw(5, 1))));
  const Patch other = Patch::preset(synth.state(Patch::point(synth.space().draw(5, 2))));
  const Patch fifth = Patch::preset(withMemo(plain.preset().state, "fifth"));
  EXPECT_FALSE(tryPresets(synth, {plain, other}));
  EXPECT_FALSE(knownToDependOnHistory(synth.plugin())) << "points of the space are tried by the synth";
  EXPECT_FALSE(Synth(synth.space()).renewsInstances()) << "and have no memo";
  EXPECT_TRUE(tryPresets(synth, {other, plain, fifth}));
  EXPECT_EQ(knownToDependOnHistory(synth.plugin()), true);
  EXPECT_TRUE(synth.renewsInstances());
  EXPECT_EQ(faulty.notes.size(), 1u);

  const Note note{60, 100, 0.2};
  const AudioBuffer alone = renderOnce(synth, plain, note, 0.4);
  RenderPool pool(synth, {.workers = 1, .longestSeconds = 0.4});
  const auto sounds = pool.renderAll({{0, &fifth, note, 0.4}, {0, &plain, note, 0.4}});
  ASSERT_TRUE(sounds[0] && sounds[1]);
  EXPECT_TRUE(sameBits(*sounds[1], alone));
  EXPECT_FALSE(sameBits(*sounds[0], alone));
}

TEST(History, PresetsThatLeaveNothingAreTriedOnce) {
  const TestPlaces places;
  FaultySynth faulty("none");
  Synth& synth = faulty.synth;
  const Patch plain = Patch::preset(synth.state(Patch::point(synth.space().draw(5, 1))));
  const Patch fifth = Patch::preset(withMemo(plain.preset().state, "fifth"));
  EXPECT_FALSE(tryPresets(synth, {}));
  EXPECT_FALSE(tryPresets(synth, {Patch{}, plain, fifth}));
  // Were they tried again, this would be found.
  const ScopedVariable worse("PATCHPILOT_TEST_PLUGIN", "keep-memo");
  EXPECT_FALSE(tryPresets(synth, {plain, fifth}));
  EXPECT_TRUE(tryPresets(synth, {fifth, plain})) << "others, or in another order";
}

TEST(History, APresetThatCrashesEndsTheTrial) {
  const TestPlaces places;
  FaultySynth faulty("none");
  Synth& synth = faulty.synth;
  const Patch plain = Patch::preset(synth.state(Patch::point(synth.space().draw(5, 1))));
  const ScopedVariable worse("PATCHPILOT_TEST_PLUGIN", "crash-on-every-render");
  EXPECT_FALSE(tryPresets(synth, {plain}));
}

TEST(History, RandomPhasesAreNoHistory) {
  const TestPlaces places;
  FaultySynth random(
      "none",
      "[[parameter]]\nkey = \"random\"\nid = \"1209197763\"\nkind = \"continuous\"\nconstant = "
      "1.0\nconstant_probability = 1.0\n");
  EXPECT_FALSE(random.synth.renewsInstances());
}

TEST(History, IsLookedIntoOnceForEachVersion) {
  const TestPlaces places;
  PluginInfo plugin;
  {
    FaultySynth faulty("wear");
    plugin = faulty.synth.plugin();
    EXPECT_FALSE(knownToDependOnHistory(plugin));
    faulty.synth.renewsInstances();
    EXPECT_EQ(knownToDependOnHistory(plugin), true);
  }
  // The plug-in has been mended, and its files say nothing of it: what was found out holds.
  FaultySynth same("none");
  EXPECT_TRUE(same.synth.renewsInstances());
  PluginInfo newer = plugin, changed = plugin, elsewhere = plugin;
  newer.version += ".1";
  changed.stamp += "1";
  elsewhere.path += "/other";
  for (const PluginInfo& other : {newer, changed, elsewhere}) EXPECT_FALSE(knownToDependOnHistory(other));
  rememberHistory(newer, false);
  EXPECT_EQ(knownToDependOnHistory(newer), false);
}

TEST(History, ABrokenCacheIsMadeAnew) {
  const TestPlaces places;
  PluginInfo plugin;
  plugin.format = "LV2";
  plugin.id = "urn:x";
  rememberHistory(plugin, true);
  const std::filesystem::path file = cacheFolder() / "instances.cache";
  const Bytes whole = readFile(file);
  Bytes otherVersion = whole, longer = whole;
  ++otherVersion.front();
  longer.push_back(0);
  for (const Bytes& broken :
       {Bytes{}, Bytes{1}, Bytes(whole.begin(), whole.end() - 1), otherVersion, longer}) {
    writeFileAtomically(file, std::span<const std::uint8_t>(broken));
    EXPECT_FALSE(knownToDependOnHistory(plugin)) << broken.size();
    rememberHistory(plugin, true);
    EXPECT_EQ(knownToDependOnHistory(plugin), true) << broken.size();
  }
}

TEST(History, APluginThatCrashesWhileItIsLookedIntoIsUsedAsItIs) {
  const TestPlaces places;
  FaultySynth faulty("crash-on-every-render");
  EXPECT_FALSE(faulty.synth.renewsInstances());
  EXPECT_FALSE(faulty.synth.values(Patch{}).empty()) << "another worker has been opened";
}

}  // namespace
}  // namespace patchpilot
