#include "synth/synth.h"

#include "base/error.h"
#include "preset/lv2_preset.h"
#include "synth/render_pool.h"
#include "test_support.h"

#include <cstring>
#include <functional>

namespace patchpilot {
namespace {

const Note kNote{60, 100, 0.3};
constexpr double kSeconds = 0.6;

bool sameBits(const AudioBuffer& a, const AudioBuffer& b) {
  return a.samples().size() == b.samples().size() &&
         std::memcmp(a.samples().data(), b.samples().data(), a.samples().size() * sizeof(float)) == 0;
}

std::string problemOf(ExitCode code, const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "none";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

PluginInfo testPlugin(const std::string& format) {
  for (const auto& plugin : scanPlugins().plugins)
    if (plugin.format == format && plugin.name == "Patch Pilot Test Synth") return plugin;
  throw std::runtime_error("the test synth is not there as " + format);
}

/// What the plug-in itself says, without the parameters by which it fails.
ParameterSpace ownSpace(const std::string& format) {
  const PluginInfo plugin = testPlugin(format);
  auto parameters = probeParameters(plugin);
  std::erase_if(parameters, [](const PluginParameter& p) {
    for (const char* fault : {"Crash", "Hang", "Silent", "Chatter", "Random"})
      if (p.name == fault) return true;
    return false;
  });
  return parseSpace(firstSpace(plugin, parameters, "own"), "own.toml");
}

/// Writes the patch as a preset file of the synth's own kind and reads that.
Patch throughAFile(Synth& synth, const Patch& patch, const std::filesystem::path& folder, const std::string& stem) {
  const Bytes state = synth.state(patch);
  if (synth.plugin().format == "VST3") {
    writeFileAtomically(folder / (stem + ".vstpreset"), std::span<const std::uint8_t>(state));
    return readPatchFile(folder / (stem + ".vstpreset"), synth.space(), synth);
  }
  writeLv2Preset(folder / (stem + ".lv2"), parseLv2State(std::string(state.begin(), state.end())));
  return readPatchFile(folder / (stem + ".lv2"), synth.space(), synth);
}

void expectRoundTrip(Synth& synth, const std::filesystem::path& folder) {
  for (std::uint64_t i = 0; i < 4; ++i) {
    const Patch drawn{synth.space().draw(21, i), {}, {}};
    const Patch read = throughAFile(synth, drawn, folder, "p" + std::to_string(i));
    EXPECT_TRUE(read.values.empty());
    const auto held = synth.values(read);
    ASSERT_EQ(held.size(), drawn.values.size());
    // LV2 states are text, which lilv writes with 8 digits after the point.
    const float rounding = synth.plugin().format == "LV2" ? 5e-9f : 0.0f;
    for (std::size_t p = 0; p < held.size(); ++p)
      EXPECT_NEAR(held[p], drawn.values[p], rounding) << i << " " << synth.space().parameters[p].key;
    const AudioBuffer sound = renderOnce(synth, read, kNote, kSeconds);
    EXPECT_TRUE(sameBits(sound, renderOnce(synth, {held, {}, {}}, kNote, kSeconds))) << i << ": not the values that it holds";
    const Patch again = throughAFile(synth, read, folder, "again" + std::to_string(i));
    EXPECT_TRUE(sameBits(sound, renderOnce(synth, again, kNote, kSeconds))) << i << ": a preset of a preset is another";
    EXPECT_EQ(synth.texts(read), synth.texts(drawn));
  }
}

TEST(SynthState, OfDx10SoundsAsThePatchThatItHolds) {
  const TestPlaces places;
  Synth synth(loadSpace("dx10"));
  expectRoundTrip(synth, places.folder.path());
}

TEST(SynthState, OfJx10SoundsAsThePatchThatItHolds) {
  const TestPlaces places;
  Synth synth(loadSpace("jx10"));
  expectRoundTrip(synth, places.folder.path());
}

TEST(SynthState, OfAVst3SoundsAsThePatchThatItHolds) {
  const TestPlaces places;
  Synth synth(ownSpace("VST3"));
  expectRoundTrip(synth, places.folder.path());
}


/// A sound that is only in the state, not in any parameter, is in the base as well.
TEST(SynthState, ABasePresetIsHeardUnderEveryPatch) {
  const TestPlaces places;
  Synth synth(ownSpace("VST3"));
  const Patch patch{synth.space().draw(5, 1), {}, {}};
  Bytes state = synth.state(patch);
  const std::string plain = "plain", fifth = "fifth";
  const auto at = std::search(state.begin(), state.end(), plain.begin(), plain.end());
  ASSERT_NE(at, state.end());
  std::copy(fifth.begin(), fifth.end(), at);
  writeFileAtomically(places.folder / "fifth.vstpreset", std::span<const std::uint8_t>(state));
  SynthOptions options;
  options.base = places.folder / "fifth.vstpreset";
  Synth based(ownSpace("VST3"), options);
  const AudioBuffer changed = renderOnce(based, patch, kNote, kSeconds);
  EXPECT_FALSE(sameBits(changed, renderOnce(synth, patch, kNote, kSeconds)));
  EXPECT_TRUE(sameBits(changed, renderOnce(synth, readPatchFile(places.folder / "fifth.vstpreset", synth.space(), synth), kNote, kSeconds)));
}

TEST(Synth, SaysWhichPlugInIsMissing) {
  const TestPlaces places;
  const std::string text = "format = 1\nname = \"s\"\n[synth]\nformat = \"LV2\"\nname = \"Nosuch\"\nid = \"urn:nosuch\"\n"
                           "[[parameter]]\nkey = \"a\"\nkind = \"continuous\"\n";
  const std::string problem = problemOf(ExitCode::plugin, [&] { Synth synth(parseSpace(text, "s.toml")); });
  EXPECT_TRUE(says(problem, "Nosuch")) << problem;
  EXPECT_TRUE(says(problem, "/usr/lib/lv2")) << problem;
}

TEST(Synth, SaysWhichParametersThePlugInLacks) {
  const TestPlaces places;
  const std::string text = testSynthSpace("[[parameter]]\nkey = \"wobble\"\nid = \"12\"\nkind = \"continuous\"\n");
  const std::string problem = problemOf(ExitCode::plugin, [&] { Synth synth(parseSpace(text, "s.toml")); });
  EXPECT_TRUE(says(problem, "Patch Pilot Test Synth")) << problem;
  EXPECT_TRUE(says(problem, "wobble (id 12)")) << problem;
  const std::string base = testSynthSpace("[base.values]\n13 = 0.5\n");
  EXPECT_TRUE(says(problemOf(ExitCode::plugin, [&] { Synth synth(parseSpace(base, "s.toml")); }), "13"));
}

TEST(Synth, ThatCrashesOrHangsWhenOpenedIsAnError) {
  const TestPlaces places;
  const ParameterSpace space = parseSpace(testSynthSpace(), "s.toml");
  for (const auto& [fault, word] : {std::pair("crash-on-load", "crashed"), std::pair("hang-on-load", "hung for 1 s")}) {
    const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", fault);
    SynthOptions options;
    options.limits.load = 1;
    const std::string problem = problemOf(ExitCode::plugin, [&] { Synth synth(space, options); });
    EXPECT_TRUE(says(problem, word)) << problem;
  }
}

TEST(Synth, PatchFilesThatDoNotFitAreRefusedByName) {
  const TestPlaces places;
  const Synth synth(parseSpace(testSynthSpace(), "s.toml"));
  const auto problem = [&](const std::string& name, const std::string& text) {
    writeFileAtomically(places.folder / name, text);
    const std::string said = problemOf(ExitCode::input, [&] { readPatchFile(places.folder / name, synth.space(), synth); });
    EXPECT_TRUE(says(said, name) || name.ends_with(".vstpreset")) << said;
    return said;
  };
  EXPECT_TRUE(says(problem("a.json", "{"), "no JSON"));
  EXPECT_TRUE(says(problem("b.json", "{\"wobble\": 0.5}"), "wobble"));
  problem("b2.json", "[]");
  EXPECT_TRUE(says(problem("c.json", "{\"level\": 1.5}"), "normalized"));
  EXPECT_TRUE(says(problem("d.json", "{\"level\": 0.5}"), "is missing"));
  problem("e.json", "[1, 2]");
  problem("f.json", "3");
  problem("g.json", "{\"parameters\": 3}");
  problem("h.json", "{\"level\": {}}");
  problem("x.vstpreset", "no preset");
  EXPECT_TRUE(says(problem("x.wav", "RIFF"), ".vstpreset"));
  problemOf(ExitCode::input, [&] { readPatchFile(places.folder / "none.json", synth.space(), synth); });
}

TEST(Synth, AnErrorOfAPresetNamesItsFile) {
  const TestPlaces places;
  const Synth synth(parseSpace(testSynthSpace(), "s.toml"));
  writeFileAtomically(places.folder / "x.vstpreset", std::string_view("no preset"));
  const std::string said = problemOf(ExitCode::input, [&] { readPatchFile(places.folder / "x.vstpreset", synth.space(), synth); });
  EXPECT_TRUE(says(said, "x.vstpreset")) << said;
}

}  // namespace
}  // namespace patchpilot
