#include "base/error.h"
#include "same_bits.h"
#include "synth/render_pool.h"
#include "tiny_lv2.h"

#include <cmath>

namespace patchpilot {
namespace {

/// A plug-in of tests/plugin/tiny.cpp, opened with all of its parameters.
Synth opened(const OwnPlaces& places, const std::string& kind, const std::string& settle = "") {
  const TinyBundle bundle{kind};
  bundle.write(places.plugins() / kind);
  const PluginInfo plugin = findPlugin("LV2", bundle.uri(), bundle.name());
  std::string space = firstSpace(plugin, probeParameters(plugin), kind);
  if (!settle.empty()) space.insert(space.find("[synth]\n") + 8, "settle = " + settle + "\n");
  return Synth(parseSpace(space, kind + ".toml"));
}

/// @param bright  what the plug-ins that are late make their sound of
std::vector<float> play(const Synth& synth, std::optional<float> bright = {}) {
  std::vector<float> values = synth.defaults();
  if (bright) values[*synth.space().find("p5")] = *bright;
  const AudioBuffer audio = renderOnce(synth, Patch::point(values), {60, 100, 0.2}, 0.3);
  return {audio.samples().begin(), audio.samples().end()};
}

bool isFinite(const std::vector<float>& samples) {
  return std::all_of(samples.begin(), samples.end(), [](float sample) { return std::isfinite(sample); });
}

TEST(Settling, APluginThatIsNotReadyAtOnceIsWaitedFor) {
  const OwnPlaces places;
  const Synth tone = opened(places, "tone"), late = opened(places, "late");
  for (const float bright : {0.5f, 0.125f, 1.0f}) EXPECT_EQ(play(late, bright), play(tone, bright)) << bright;
}

TEST(Settling, TheSoundOfThePatchBeforeIsNotTakenForThePatchs) {
  const OwnPlaces places;
  const Synth tone = opened(places, "tone"), stale = opened(places, "stale");
  for (const float bright : {0.5f, 0.125f, 1.0f})
    EXPECT_EQ(play(stale, bright), play(tone, bright)) << bright;
}

TEST(Settling, ManyPatchesInOneWorkerAreWaitedForEach) {
  const OwnPlaces places;
  const Synth tone = opened(places, "tone"), late = opened(places, "late");
  std::vector<Patch> patches;
  for (const float bright : {0.0f, 1.0f, 0.25f}) {
    patches.push_back(Patch::point(tone.defaults()));
    patches.back().values()[*tone.space().find("p5")] = bright;
  }
  std::vector<RenderJob> jobs;
  for (const Patch& patch : patches) jobs.push_back({jobs.size(), &patch, {60, 100, 0.2}, 0.3});
  RenderPool ofTone(tone, {1, 0.3}), ofLate(late, {1, 0.3});
  const auto wanted = ofTone.renderAll(jobs), found = ofLate.renderAll(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    ASSERT_TRUE(wanted[i] && found[i]);
    EXPECT_TRUE(
        std::equal(wanted[i]->samples().begin(), wanted[i]->samples().end(), found[i]->samples().begin()));
  }
}

TEST(Settling, AVst3WhoseSamplesAreNoNumbersAtFirstIsWaitedFor) {
  const TestPlaces places;
  const ParameterSpace space = parseSpace(testSynthSpace(), "test.toml");
  std::vector<Patch> patches;
  for (int i = 0; i < 3; ++i) {
    patches.push_back(Patch::point(space.draw(1, std::uint64_t(i))));
    patches.back().values()[*space.find("level")] = 0.8f;
  }
  const auto render = [&](const char* fault) {
    const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", fault);
    const Synth synth(space);
    std::vector<RenderJob> jobs;
    for (const Patch& patch : patches) jobs.push_back({jobs.size(), &patch, {60, 100, 0.2}, 0.3});
    return RenderPool(synth, {1, 0.3}).renderAll(jobs);
  };
  const auto wanted = render("none"), found = render("late");
  for (std::size_t i = 0; i < patches.size(); ++i) {
    ASSERT_TRUE(wanted[i] && found[i]);
    EXPECT_TRUE(sameBits(*wanted[i], *found[i])) << i;
  }
}

TEST(Settling, ASpaceMayForbidTheWait) {
  const OwnPlaces places;
  EXPECT_FALSE(isFinite(play(opened(places, "late", "0.0"))));
}

TEST(Settling, TheWaitIsReadFromTheSpace) {
  const std::string head = "format = 1\nname = \"s\"\n[synth]\nformat = \"LV2\"\nid = \"urn:s\"\n";
  EXPECT_EQ(parseSpace(head, "s.toml").settleSeconds, 2);
  EXPECT_EQ(parseSpace(head + "settle = 5.5\n", "s.toml").settleSeconds, 5.5);
  EXPECT_THROW(parseSpace(head + "settle = -1.0\n", "s.toml"), Error);
  EXPECT_THROW(parseSpace(head + "settle = 100.0\n", "s.toml"), Error);
}

}  // namespace
}  // namespace patchpilot
