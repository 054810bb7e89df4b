#include "synth/synth.h"

#include "base/error.h"
#include "features/mss.h"
#include "own_space.h"
#include "preset/lv2_preset.h"
#include "same_bits.h"
#include "synth/render_pool.h"

#include <functional>
#include <thread>

namespace patchpilot {
namespace {

const Note kNote{60, 100, 0.3};
constexpr double kSeconds = 0.6;

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

/// Writes the patch as a preset file of the synth's own kind and reads that.
Patch throughAFile(Synth& synth, const Patch& patch, const std::filesystem::path& folder,
                   const std::string& stem) {
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
    const Patch drawn = Patch::point(synth.space().draw(21, i));
    const Patch read = throughAFile(synth, drawn, folder, "p" + std::to_string(i));
    EXPECT_TRUE(read.preset().moved.empty());
    const auto held = synth.values(read);
    ASSERT_EQ(held.size(), drawn.values().size());
    for (std::size_t p = 0; p < held.size(); ++p)
      EXPECT_EQ(held[p], drawn.values()[p]) << i << " " << synth.space().parameters[p].key;
    const AudioBuffer alone = renderOnce(synth, drawn, kNote, kSeconds);
    EXPECT_TRUE(sameBits(renderOnce(synth, Patch::preset(synth.state(drawn)), kNote, kSeconds), alone))
        << i << ": its state is another";
    const AudioBuffer sound = renderOnce(synth, read, kNote, kSeconds);
    EXPECT_TRUE(sameBits(sound, alone)) << i << ": its preset is another";
    const Patch again = throughAFile(synth, read, folder, "again" + std::to_string(i));
    EXPECT_TRUE(sameBits(sound, renderOnce(synth, again, kNote, kSeconds)))
        << i << ": a preset of a preset is another";
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

TEST(SynthState, OfAnLv2WithAStateOfItsOwnSoundsAsThePatchThatItHolds) {
  const TestPlaces places;
  Synth synth(ownSpace("LV2"));
  expectRoundTrip(synth, places.folder.path());
}

/// The state with another text in it that no parameter shows, by which the synth adds a fifth.
Bytes withFifth(const std::string& format, const Bytes& state) {
  const std::string plain = "plain", fifth = "fifth";
  if (format == "VST3") {
    Bytes changed = state;
    const auto at = std::search(changed.begin(), changed.end(), plain.begin(), plain.end());
    EXPECT_NE(at, changed.end());
    std::copy(fifth.begin(), fifth.end(), at);
    return changed;
  }
  // JUCE's LV2 wrapper keeps the state as base64 of its own kind, six bits a character from the lowest bit
  // up.
  Lv2Preset preset = parseLv2State({state.begin(), state.end()});
  EXPECT_EQ(preset.state.size(), 1u);
  std::string& text = preset.state.at(0).value.text;
  const std::string letters = ".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+";
  const std::size_t first = text.find('.') + 1;
  std::string bits;
  for (std::size_t i = first; i < text.size(); ++i)
    for (int bit = 0; bit < 6; ++bit) bits += char('0' + (letters.find(text[i]) >> bit & 1));
  const auto bitsOf = [](const std::string& word) {
    std::string all;
    for (const char c : word)
      for (int bit = 0; bit < 8; ++bit) all += char('0' + (c >> bit & 1));
    return all;
  };
  const std::size_t at = bits.find(bitsOf(plain));
  EXPECT_NE(at, std::string::npos);
  bits.replace(at, 40, bitsOf(fifth));
  for (std::size_t i = first; i < text.size(); ++i) {
    int value = 0;
    for (int bit = 0; bit < 6; ++bit) value |= (bits[(i - first) * 6 + std::size_t(bit)] - '0') << bit;
    text[i] = letters[std::size_t(value)];
  }
  const std::string changed = lv2StateText(preset);
  return {changed.begin(), changed.end()};
}

/// What only a state holds, and no parameter, is gone with the patch that had it.
TEST(SynthState, IsNotHeardInThePatchAfterIt) {
  const TestPlaces places;
  for (const std::string format : {"VST3", "LV2"}) {
    Synth synth(ownSpace(format));
    const Patch plain = Patch::point(synth.space().draw(5, 1));
    const Patch fifth = Patch::preset(withFifth(format, synth.state(plain)));
    const AudioBuffer alone = renderOnce(synth, plain, kNote, kSeconds);
    EXPECT_FALSE(sameBits(renderOnce(synth, fifth, kNote, kSeconds), alone))
        << format << ": the fifth is not heard";
    RenderPool pool(synth, {.workers = 1, .longestSeconds = kSeconds});
    const auto sounds = pool.renderAll({{0, &fifth, kNote, kSeconds}, {0, &plain, kNote, kSeconds}});
    EXPECT_TRUE(sameBits(*sounds[1], alone)) << format;
  }
}

/// An LV2 that never falls silent is not waited for: its instance is new, so no note before can be heard.
TEST(SynthState, OfAnLv2ThatDronesCostsNoWait) {
  const TestPlaces places;
  Synth synth(ownSpace("LV2"));
  const ScopedVariable misbehave("PATCHPILOT_TEST_PLUGIN", "drone");
  const Patch loud = Patch::point(synth.space().draw(5, 1)), other = Patch::point(synth.space().draw(5, 2));
  const AudioBuffer alone = renderOnce(synth, other, kNote, kSeconds);
  // Opening the plug-in takes blocks as well, always as many.
  const auto blocksOf = [&](const std::vector<RenderJob>& jobs) {
    const std::string log = (places.folder / fmt::format("blocks-{}", jobs.size())).string();
    const ScopedVariable logged("PATCHPILOT_WORKER_LOG", log);
    {
      RenderPool pool(synth, {.workers = 1, .longestSeconds = kSeconds});
      const auto sounds = pool.renderAll(jobs);
      EXPECT_TRUE(sameBits(*sounds.back(), alone)) << "the drone begins anew with each render";
    }
    const std::string lines = readTextFile(log), line = "renders a block\n";
    int blocks = 0;
    for (std::size_t at = lines.find(line); at != std::string::npos; at = lines.find(line, at + 1)) ++blocks;
    return blocks;
  };
  const int one = blocksOf({{0, &other, kNote, kSeconds}});
  const int three =
      blocksOf({{0, &loud, kNote, kSeconds}, {1, &loud, kNote, kSeconds}, {2, &other, kNote, kSeconds}});
  EXPECT_EQ(three - one, 2 * (2 + 52)) << "two to take the patch in, and 0.6 s of 512 samples each";
}

/// A sound that is only in the state, not in any parameter, is in the base as well.
TEST(SynthState, ABasePresetIsHeardUnderEveryPatch) {
  const TestPlaces places;
  Synth synth(ownSpace("VST3"));
  const Patch patch = Patch::point(synth.space().draw(5, 1));
  const Bytes state = withFifth("VST3", synth.state(patch));
  writeFileAtomically(places.folder / "fifth.vstpreset", std::span<const std::uint8_t>(state));
  SynthOptions options;
  options.base = places.folder / "fifth.vstpreset";
  Synth based(ownSpace("VST3"), options);
  const AudioBuffer changed = renderOnce(based, patch, kNote, kSeconds);
  EXPECT_FALSE(sameBits(changed, renderOnce(synth, patch, kNote, kSeconds)));
  EXPECT_TRUE(sameBits(
      changed, renderOnce(synth, readPatchFile(places.folder / "fifth.vstpreset", synth.space(), synth),
                          kNote, kSeconds)));
}

TEST(Synth, IsAskedBySeveralThreadsByTurns) {
  const TestPlaces places;
  Synth synth(loadSpace("dx10"));
  const Patch first = Patch::point(synth.space().draw(1, 1)), second = Patch::point(synth.space().draw(1, 2));
  const auto asks = [&](const Patch& patch) {
    for (int i = 0; i < 50; ++i) {
      const std::vector<float> values = synth.values(patch);
      ASSERT_EQ(values.size(), patch.values().size());
      for (std::size_t p = 0; p < values.size(); ++p) EXPECT_NEAR(values[p], patch.values()[p], 1e-5);
      EXPECT_EQ(synth.texts(patch).size(), values.size());
    }
  };
  std::thread other([&] { asks(second); });
  asks(first);
  other.join();
}

TEST(Synth, SaysWhichPlugInIsMissing) {
  const TestPlaces places;
  const std::string text =
      "format = 1\nname = \"s\"\n[synth]\nformat = \"LV2\"\nname = \"Nosuch\"\nid = \"urn:nosuch\"\n"
      "[[parameter]]\nkey = \"a\"\nkind = \"continuous\"\n";
  const std::string problem = problemOf(ExitCode::plugin, [&] { Synth synth(parseSpace(text, "s.toml")); });
  EXPECT_TRUE(says(problem, "Nosuch")) << problem;
  EXPECT_TRUE(says(problem, (kTestPlugins / "lv2").string())) << problem;
}

TEST(Synth, SaysWhichParametersThePlugInLacks) {
  const TestPlaces places;
  const std::string text =
      testSynthSpace("[[parameter]]\nkey = \"wobble\"\nid = \"12\"\nkind = \"continuous\"\n");
  const std::string problem = problemOf(ExitCode::plugin, [&] { Synth synth(parseSpace(text, "s.toml")); });
  EXPECT_TRUE(says(problem, "Patch Pilot Test Synth")) << problem;
  EXPECT_TRUE(says(problem, "wobble (id 12)")) << problem;
  const std::string base = testSynthSpace("[base.values]\n13 = 0.5\n");
  EXPECT_TRUE(says(problemOf(ExitCode::plugin, [&] { Synth synth(parseSpace(base, "s.toml")); }), "13"));
}

TEST(Synth, ThatCrashesOrHangsWhenOpenedIsAnError) {
  const TestPlaces places;
  const ParameterSpace space = parseSpace(testSynthSpace(), "s.toml");
  for (const auto& [fault, word] :
       {std::pair("crash-on-load", "crashed"), std::pair("hang-on-load", "hung for 1 s")}) {
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
    const std::string said =
        problemOf(ExitCode::input, [&] { readPatchFile(places.folder / name, synth.space(), synth); });
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
  const std::string said =
      problemOf(ExitCode::input, [&] { readPatchFile(places.folder / "x.vstpreset", synth.space(), synth); });
  EXPECT_TRUE(says(said, "x.vstpreset")) << said;
}

class GatesOf : public ::testing::TestWithParam<const char*> {};

/// The spaces say what is silent; the plug-ins show that it is.
TEST_P(GatesOf, SilenceWhatTheySay) {
  const TestPlaces places;
  Synth synth(loadSpace(GetParam()));
  const ParameterSpace& space = synth.space();
  ASSERT_FALSE(space.gates.empty());
  for (const Gate& gate : space.gates)
    for (std::uint64_t draw = 0; draw < 3; ++draw) {
      Patch one = Patch::point(space.draw(21, draw));
      for (const auto& [key, value] : gate.closed) one.values()[*space.find(key)] = value;
      Patch other = one;
      for (const auto& key : gate.silences) {
        const ParameterSpec& p = space.parameters[*space.find(key)];
        float& value = other.values()[*space.find(key)];
        value = p.nearest(value > (p.min + p.max) / 2 ? p.min : p.max);
      }
      EXPECT_TRUE(
          sameBits(renderOnce(synth, one, kNote, kSeconds), renderOnce(synth, other, kNote, kSeconds)))
          << gate.silences.front() << ", draw " << draw;
    }
}

INSTANTIATE_TEST_SUITE_P(Shipped, GatesOf, ::testing::Values("jx10", "dx10"));

/// Surge XT's phases are random: renders of two patches that sound the same differ as much as those of one.
TEST(GatesOfSurge, SilenceWhatTheySayButForChance) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const SurgePlaces places;
  Synth synth(loadSpace("surge-simple"));
  const ParameterSpace& space = synth.space();
  constexpr std::size_t kRenders = 24;
  RenderPool pool(synth, RenderPoolOptions{1, kSeconds});
  for (const std::uint64_t draw : {0, 1, 3}) {
    Patch one = Patch::point(space.draw(21, draw));
    for (const Gate& gate : space.gates)
      for (const auto& [key, value] : gate.closed) one.values()[*space.find(key)] = value;
    Patch other = one;
    for (const std::size_t i : space.silent(one.values())) other.values()[i] = space.draw(22, draw)[i];
    std::vector<RenderJob> jobs;
    for (std::size_t i = 0; i < kRenders; ++i)
      jobs.push_back({i, i % 2 == 0 ? &one : &other, kNote, kSeconds});
    std::vector<MssSpectrum> spectra;
    for (const auto& sound : pool.renderAll(jobs)) spectra.push_back(mssSpectrum(sound.value()));
    double sums[2] = {}, counts[2] = {};
    for (std::size_t i = 0; i < kRenders; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        sums[(i + j) % 2] += mss(spectra[i], spectra[j]);
        ++counts[(i + j) % 2];
      }
    EXPECT_LE(sums[1] / counts[1], 1.5 * sums[0] / counts[0]) << "draw " << draw;
  }
}

}  // namespace
}  // namespace patchpilot
