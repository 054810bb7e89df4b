#include "program.h"
#include "audio/file.h"
#include "audio/level.h"
#include "audio/pitch.h"
#include "base/error.h"
#include "preset/fxp.h"
#include "preset/preset_file.h"
#include "preset/preset_hash.h"
#include "preset/surge/patch.h"
#include "preset/vstpreset.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <fstream>
#include <set>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A small library of each of mda's synths, made once.
class Program : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    places_ = new TestPlaces;
    const auto build = [](const std::string& space, int count) {
      const Result made = run(
          folder(), fmt::format("library build --space {} --count {} --out {}.db --length 0.5 --duration 1",
                                space, count, space));
      ASSERT_EQ(made.status, 0) << made.err;
    };
    build("jx10", 60);
    build("dx10", 60);
    tone(folder() / "tone.wav", 1.0);
  }
  static void TearDownTestSuite() { delete places_; }
  static const TemporaryFolder& folder() { return places_->folder; }
  static json candidates(const std::string& name) {
    return json::parse(readTextFile(folder() / (name + "/candidates.json")));
  }

  static TestPlaces* places_;
};
TestPlaces* Program::places_ = nullptr;

TEST_F(Program, HelpsAtEveryLevel) {
  for (const char* command : {"", "match", "library", "library build", "library add", "library merge",
                              "library info", "synths", "space", "space init", "space show", "space check",
                              "render", "explain", "convert", "eval", "targets", "targets make"}) {
    const Result help = run(folder(), std::string(command) + " --help");
    EXPECT_EQ(help.status, 0) << command;
    EXPECT_GT(help.out.size(), 150u) << command;
  }
  EXPECT_EQ(run(folder(), "--version").out.rfind("patchpilot ", 0), 0u);
  expectRefusal(run(folder(), "match --nosuch"), 2, "--help");
}

TEST_F(Program, ListsSynthsForMachines) {
  const json list = json::parse(run(folder(), "synths --json").out);
  bool found = false;
  for (const auto& synth : list.at("synths"))
    found = found || (synth.at("name") == "MDA JX10" && synth.at("spaces") == json{"jx10"} &&
                      synth.at("parameters") == 24);
  EXPECT_TRUE(found);
}

TEST_F(Program, RendersTheLengthAskedFor) {
  ASSERT_EQ(
      run(folder(), "render --space dx10 --random 3 --note 57 --length 0.2 --duration 0.7 -o r.wav").status,
      0);
  const SoundFile sound = readSound(folder() / "r.wav");
  EXPECT_EQ(sound.sound.frames(), 30870u);
  EXPECT_EQ(sound.fileChannels, 2);
  EXPECT_EQ(sound.fileRateHz, 44100);
}

TEST_F(Program, MatchWritesWhatItPromises) {
  for (const std::string space : {"dx10", "jx10"}) {
    const std::string out = "match-" + space;
    const Result result = run(folder(), fmt::format("match tone.wav --library {}.db --out {}", space, out));
    ASSERT_EQ(result.status, 0) << result.err;
    const json document = candidates(out);
    for (const char* key : {"path", "note", "confidence", "start", "length"})
      EXPECT_TRUE(document.at("target").contains(key)) << key;
    EXPECT_EQ(document.at("target").at("note"), 57);
    const SoundFile target = readSound(folder() / (out + "/target.wav"));
    ASSERT_EQ(document.at("candidates").size(), 5u);
    double last = 0;
    for (const auto& c : document.at("candidates")) {
      EXPECT_GE(c.at("distance").get<double>(), last);
      last = c.at("distance");
      for (const char* metric : {"mss", "wmfcc", "sot", "rms"})
        EXPECT_TRUE(c.at("distances").contains(metric)) << metric;
      EXPECT_EQ(
          readSound(folder() / (out + "/" + c.at("files").at("render").get<std::string>())).sound.frames(),
          target.sound.frames());
      EXPECT_EQ(c.at("parameters").size(), loadSpace(space).parameters.size());
      EXPECT_TRUE(c.at("parameters")[0].contains("text") && c.at("parameters")[0].contains("key"));
    }
  }
}

TEST_F(Program, AWrittenPresetGivesTheCandidatesRenderBitForBit) {
  for (const std::string space : {"dx10", "jx10"}) {
    const std::string out = "preset-" + space;
    ASSERT_EQ(
        run(folder(), fmt::format("match tone.wav --library {}.db --out {} --top 2", space, out)).status, 0);
    const json document = candidates(out);
    for (const auto& c : document.at("candidates")) {
      const std::string stem = c.at("files").at("presets")[0];
      ASSERT_EQ(
          run(folder(),
              fmt::format("render --space {} --patch {}/{} --note {} --length {} --duration {} -o again.wav",
                          space, out, stem, c.at("note").get<int>(), c.at("length").dump(),
                          document.at("target").at("duration").dump()))
              .status,
          0);
      EXPECT_EQ(readFile(folder() / "again.wav"),
                readFile(folder() / (out + "/" + c.at("files").at("render").get<std::string>())))
          << space << " " << stem;
    }
  }
}

TEST_F(Program, ParametersInJsonArePlayable) {
  ASSERT_EQ(run(folder(), "match tone.wav --library dx10.db --out json --top 1").status, 0);
  const Result again = run(folder(), "render --space dx10 --patch json/01.json -o j.wav");
  EXPECT_EQ(again.status, 0) << again.err;
}

TEST_F(Program, MatchRefinesAndSaysHowFar) {
  for (const char* out : {"refined", "refined-again"}) {
    const Result result = run(
        folder(),
        fmt::format("match tone.wav --library dx10.db --out {} --refine --renders 150 --seed 3 --workers {}",
                    out, out == std::string("refined") ? 1 : 2));
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find("Refined from "), std::string::npos) << result.out;
  }
  json document = candidates("refined");
  const json refinement = document.at("refinement");
  EXPECT_EQ(refinement.at("renders"), 150);
  EXPECT_LT(refinement.at("to").get<double>(), refinement.at("from").get<double>());
  EXPECT_NEAR(refinement.at("to").get<double>(), document.at("candidates")[0].at("distance").get<double>(),
              1e-9);
  EXPECT_LE(refinement.at("curve").front().at("renders"), 1) << "the start, heard once more";
  EXPECT_EQ(refinement.at("curve").back().at("distance"), refinement.at("to"));
  EXPECT_EQ(document.at("candidates").size(), 5u);
  // Whoever renders.
  EXPECT_EQ(candidates("refined-again").at("candidates"), document.at("candidates"));
}

TEST_F(Program, CtrlCWhileItRefinesKeepsTheBestSoFarAndLeavesNothingBehind) {
  const std::vector<std::string> arguments = {"match", "tone.wav",  "--library", "jx10.db",
                                              "--out", "cut-short", "--refine",  "--seconds",
                                              "600",   "--workers", "2"};
  ProgramInBackground match(folder(), arguments);
  std::string line;
  do line = match.nextLine();
  while (!line.empty() && line.find("renders ") == std::string::npos);
  ASSERT_NE(line.find(", distance "), std::string::npos) << "it refines: " << line;
  const std::vector<int> workers = match.children();
  EXPECT_GE(workers.size(), 3u) << "one that is asked, two that render";
  match.signal(SIGINT);
  EXPECT_EQ(match.status(), 130);
  const json document = candidates("cut-short");
  EXPECT_EQ(document.at("candidates").size(), 5u);
  EXPECT_LE(document.at("refinement").at("to").get<double>(),
            document.at("refinement").at("from").get<double>());
  EXPECT_LT(document.at("refinement").at("seconds").get<double>(), 600);
  for (const auto& c : document.at("candidates"))
    EXPECT_TRUE(fs::exists(folder() / ("cut-short/" + c.at("files").at("render").get<std::string>())));
  for (const int worker : workers)
    EXPECT_TRUE(::kill(worker, 0) != 0 && errno == ESRCH) << "worker " << worker << " is left";
  for (const auto& entry : fs::directory_iterator("/dev/shm"))
    EXPECT_EQ(entry.path().filename().string().find(std::to_string(match.id())), std::string::npos)
        << entry.path();
}

TEST_F(Program, LimitsOfRefiningAskForRefining) {
  expectRefusal(run(folder(), "match tone.wav --library dx10.db --out never --seconds 3"), 2, "--refine");
  expectRefusal(run(folder(), "match tone.wav --library dx10.db --out never --refine --renders 0"), 2,
                "--renders");
}

TEST_F(Program, SeveralLibrariesAreRankedTogether) {
  ASSERT_EQ(run(folder(), "match tone.wav --library dx10.db --library jx10.db --out both --top 40").status,
            0);
  std::set<std::string> synths;
  const json document = candidates("both");
  for (const auto& c : document.at("candidates")) synths.insert(c.at("synth"));
  EXPECT_EQ(synths.size(), 2u);
}

TEST_F(Program, AnExistingFolderIsReplacedWithForceOnly) {
  ASSERT_EQ(run(folder(), "match tone.wav --library dx10.db --out twice --top 1").status, 0);
  const Bytes before = readFile(folder() / "twice/candidates.json");
  expectRefusal(run(folder(), "match tone.wav --library dx10.db --out twice --top 2"), 2, "--force");
  expectRefusal(run(folder(), "match nosuch.wav --library dx10.db --out twice --force"), 3, "nosuch.wav");
  EXPECT_EQ(readFile(folder() / "twice/candidates.json"), before);
  EXPECT_EQ(run(folder(), "match tone.wav --library dx10.db --out twice --top 2 --force").status, 0);
  EXPECT_EQ(candidates("twice").at("candidates").size(), 2u);
}

TEST_F(Program, WhatTheUserKnowsIsTaken) {
  ASSERT_EQ(run(folder(),
                "match tone.wav --library dx10.db --out known --top 1 --note 69 --length 0.25 --duration 0.8")
                .status,
            0);
  const json target = candidates("known").at("target");
  EXPECT_EQ(target.at("note"), 69);
  EXPECT_EQ(target.at("length"), 0.25);
  EXPECT_NEAR(target.at("duration").get<double>(), 0.8, 1e-4);
}

TEST_F(Program, SoundsThatCannotBeMatchedAreRefusedInOneLine) {
  writeFileAtomically(folder() / "text.wav", std::string_view("hello"));
  writeFileAtomically(folder() / "empty.wav", std::string_view(""));
  tone(folder() / "silent.wav", 0.5, 220, 44100, 2, 1e9);
  AudioBuffer broken(2, 1000);
  broken.channel(0)[10] = NAN;
  writeWav(folder() / "nan.wav", broken);
  fs::create_directory(folder() / "directory.wav");
  const auto match = [&](const std::string& sound) {
    return run(folder(), fmt::format("match {} --library dx10.db --out never", sound));
  };
  for (const char* sound : {"text.wav", "empty.wav", "nan.wav", "directory.wav", "missing.wav"})
    expectRefusal(match(sound), 3, sound);
  EXPECT_FALSE(fs::exists(folder() / "never"));
  for (const auto& entry : fs::directory_iterator(folder().path()))
    EXPECT_EQ(entry.path().filename().string().find(".partial"), std::string::npos) << entry.path();
}

TEST_F(Program, ThreeHoursAreRefusedFromTheHeader) {
  SF_INFO info{};
  info.samplerate = 8000;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_U8;
  SNDFILE* sound = sf_open((folder() / "long.wav").c_str(), SFM_WRITE, &info);
  const std::vector<float> second(8000 * 60, 0.1f);
  for (int i = 0; i < 180; ++i) sf_write_float(sound, second.data(), sf_count_t(second.size()));
  sf_close(sound);
  expectRefusal(run(folder(), "match long.wav --library dx10.db --out never"), 3, "--start");
  fs::remove(folder() / "long.wav");
}

TEST_F(Program, HighRatesAndManyChannelsWork) {
  tone(folder() / "wide.wav", 0.6, 220, 192000, 8);
  const Result result = run(folder(), "match wide.wav --library dx10.db --out wide --top 1");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("8 channels"), std::string::npos);
  EXPECT_EQ(candidates("wide").at("target").at("note"), 57);
}

TEST_F(Program, LibrariesThatCannotBeUsedAreRefused) {
  writeFileAtomically(folder() / "no.db",
                      std::string_view("not a library, though it is long enough to look like one"));
  expectRefusal(run(folder(), "match tone.wav --library no.db --out never"), 3, "no.db");
  expectRefusal(run(folder(), "library info missing.db"), 3, "missing.db");
  expectRefusal(run(folder(), "library build --space jx10 --count 80 --out dx10.db"), 3, "MDA DX10");
  expectRefusal(run(folder(), "library build --space dx10 --count 80 --out dx10.db"), 3, "let go after");
}

TEST_F(Program, PluginsThatCannotBeUsedAreRefused) {
  expectRefusal(run(folder(), "render --space dx10 --random 1 -o x.wav", "LV2_PATH=/nosuch"), 4,
                "not installed");
  const Result made = run(folder(), "space init 'Patch Pilot Test Synth' -o t.toml");
  EXPECT_EQ(made.status, 2) << "in both formats: the user has to choose";
  // Its parameters make it crash and hang, so it is not played.
  ASSERT_EQ(run(folder(), fmt::format("space init {}/vst3/PatchPilotTest.vst3 -o t.toml --no-listen",
                                      kTestPlugins.string()))
                .status,
            0);
  const auto faulty = [&](const std::string& fault) {
    return run(folder(), "render --space t.toml -o x.wav --render-limit 0.7",
               "PATCHPILOT_TEST_PLUGIN=" + fault);
  };
  expectRefusal(faulty("crash-on-every-render"), 4, "crashed");
  expectRefusal(faulty("hang-on-every-render"), 4, "hung");
  // A parameter that the plug-in lacks: version 2 has no "sub".
  expectRefusal(run(folder(), "space check t.toml", "VST3_PATH=" + (kTestPlugins / "v2/vst3").string()), 4,
                "lacks");
  EXPECT_FALSE(fs::exists(folder() / "x.wav"));
}

TEST_F(Program, AVst3GoesFromInitToMatchAndItsPresetPlays) {
  ASSERT_EQ(run(folder(), fmt::format("space init {}/vst3/PatchPilotTest.vst3 -o v.toml --force --no-listen",
                                      kTestPlugins.string()))
                .status,
            0);
  // Its faults are parameters too; a user would not search those.
  std::string text = readTextFile(folder() / "v.toml"), kept;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find("\n[[parameter]]", begin + 1);
    if (end == std::string::npos) end = text.size();
    const std::string block = text.substr(begin, end - begin);
    bool fault = false;
    for (const char* word : {"\"crash\"", "\"hang\"", "\"silent\"", "\"chatter\"", "\"random\""})
      fault = fault || block.find(word) != std::string::npos;
    if (!fault) kept += block;
    begin = end;
  }
  writeFileAtomically(folder() / "v.toml", kept);
  const Result built =
      run(folder(), "library build --space v.toml --count 20 --out v.db --duration 1 --length 0.5");
  ASSERT_EQ(built.status, 0) << built.err;
  ASSERT_EQ(run(folder(), "match tone.wav --library v.db --out v --top 1").status, 0);
  const json c = candidates("v").at("candidates")[0];
  ASSERT_EQ(c.at("files").at("presets")[0], "01.vstpreset");
  ASSERT_EQ(
      run(folder(),
          fmt::format(
              "render --space v.toml --patch v/01.vstpreset --note {} --length {} --duration {} -o again.wav",
              c.at("note").get<int>(), c.at("length").dump(),
              candidates("v").at("target").at("duration").dump()))
          .status,
      0);
  EXPECT_EQ(readFile(folder() / "again.wav"), readFile(folder() / "v/01.wav"));
  // The same library with the other version of the plug-in.
  expectRefusal(run(folder(), "match tone.wav --library v.db --out never",
                    "VST3_PATH=" + (kTestPlugins / "v2/vst3").string()),
                4, "lacks");
}

TEST_F(Program, AnLv2WithoutASpaceGoesFromInitToMatch) {
  ASSERT_EQ(run(folder(), "space init 'MDA ePiano' -o epiano.toml").status, 0);
  ASSERT_EQ(run(folder(), "library build --space epiano.toml --count 20 --out e.db --duration 1 --length 0.5")
                .status,
            0);
  const Result result = run(folder(), "match tone.wav --library e.db --out e");
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(Program, AFullDiskLosesNothing) {
  // A limit on the size of files is what a full disk looks like, without one.
  const std::string build =
      "library build --space dx10 --count 400 --out full.db --duration 0.3 --length 0.2";
  const Result full = run(folder(), build, "trap '' XFSZ; ulimit -f 800;");
  EXPECT_EQ(full.status, 5) << full.err;
  const Result rest = run(folder(), build);
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(json::parse(run(folder(), "library info full.db --json").out).at("patches"), 400);
}

TEST_F(Program, ASecondWriterOfALibraryIsRefusedAtOnceAndNothingIsLeftOfTheFirst) {
  const std::string build = "library build --space dx10 --duration 0.3 --length 0.2 --out busy.db --count ";
  std::uint64_t patches = 0;
  const auto look = [&] {
    const Result info = run(folder(), "library info busy.db --json");
    return info.status == 0 ? json::parse(info.out).at("patches").get<std::uint64_t>() : 0;
  };
  {
    ProgramInBackground first(folder(), {"library", "build", "--space", "dx10", "--duration", "0.3",
                                         "--length", "0.2", "--out", "busy.db", "--count", "10000000"});
    while ((patches = look()) == 0 && first.isRunning()) {
    }
    for (const std::string& second : {build + "10", std::string("library add --factory --library busy.db"),
                                      std::string("library embed busy.db --with mel-envelope")})
      expectRefusal(
          run(folder(), second), 5,
          "busy.db is being written by another process; wait for it to end, or choose another file");
    EXPECT_TRUE(first.isRunning());
    first.signal(SIGKILL);
    first.status();
  }
  for (const auto& entry : fs::directory_iterator(folder().path())) {
    const std::string name = entry.path().filename().string();
    if (name.find("busy.db") != std::string::npos) {
      EXPECT_TRUE(name == "busy.db" || name == "busy.db-journal") << name;
    }
  }
  const std::uint64_t kept = look();
  EXPECT_GE(kept, patches);
  const Result rest = run(folder(), build + std::to_string(kept + 5));
  EXPECT_EQ(rest.status, 0) << rest.err;
}

/// A preset of the user's own, in a folder of its own with a file that is broken.
void aFolderOfPresets(const TemporaryFolder& folder) {
  if (fs::exists(folder / "mine")) return;
  ASSERT_EQ(run(folder, "match tone.wav --library dx10.db --out mine --top 1").status, 0);
  writeFileAtomically(folder / "mine/broken.fxp", std::string_view("CcnK, and no more"));
}

TEST_F(Program, ShardsAreMergedToTheLibraryThatOneProcessMakes) {
  const std::string build = "library build --space dx10 --count 30 --duration 0.3 --length 0.2 --out ";
  expectRefusal(run(folder(), build + "s1.db --shard 3/2"), 2, "'3/2' is no shard");
  for (const char* shard : {"1", "2"})
    ASSERT_EQ(run(folder(), fmt::format("{}s{}.db --shard {}/2", build, shard, shard)).status, 0);
  expectRefusal(run(folder(), build + "s1.db --shard 2/2"), 3, "shard 1 of 2");
  expectRefusal(run(folder(), "library merge s1.db --out merged.db"), 3, "missing: 2");
  EXPECT_FALSE(fs::exists(folder() / "merged.db"));
  const Result merged = run(folder(), "library merge s2.db s1.db --out merged.db");
  EXPECT_EQ(merged.status, 0) << merged.err;
  // The build has nothing left to do, and what is in it is what it wants.
  const json again = json::parse(run(folder(), build + "merged.db --json").out);
  EXPECT_EQ(again.at("patches"), 30);
  EXPECT_EQ(again.at("added"), 0);
}

TEST_F(Program, LibrariesAmongTheUsersDataAreListedAndFoundByTheirNames) {
  const ScopedVariable data("XDG_DATA_HOME", (folder() / "data").string());
  EXPECT_NE(run(folder(), "library list").out.find("No libraries in "), std::string::npos);
  const std::string build = "library build --space dx10 --duration 0.3 --length 0.2 --count 4";
  expectRefusal(run(folder(), build + " --shard 1/2"), 2, "name the file of each shard with --out");
  const Result built = run(folder(), build);
  ASSERT_EQ(built.status, 0) << built.err;
  const fs::path file = folder() / "data/patchpilot/libraries/dx10.db";
  ASSERT_TRUE(fs::exists(file));
  EXPECT_EQ(json::parse(run(folder(), build + " --json").out).at("added"), 0) << "it goes on with the same";
  writeFileAtomically(file.parent_path() / "broken.db", std::string_view("no library"));

  const Result listed = run(folder(), "library list --json");
  ASSERT_EQ(listed.status, 0) << listed.err;
  const json libraries = json::parse(listed.out).at("libraries");
  ASSERT_EQ(libraries.size(), 2u);
  EXPECT_EQ(libraries[0].at("name"), "broken");
  EXPECT_NE(libraries[0].at("problem").get<std::string>().find("no Patch Pilot library"), std::string::npos);
  EXPECT_EQ(libraries[1].at("name"), "dx10");
  EXPECT_EQ(libraries[1].at("file"), file.string());
  EXPECT_EQ(libraries[1].at("bytes"), fs::file_size(file));
  EXPECT_EQ(libraries[1].at("space"), "dx10");
  EXPECT_EQ(libraries[1].at("synth").at("name"), "MDA DX10");
  EXPECT_EQ(libraries[1].at("patches"), 4);
  EXPECT_EQ(libraries[1].at("embedders"), json({"mel-envelope"}));
  const std::string table = run(folder(), "library list").out;
  EXPECT_NE(table.find("MDA DX10"), std::string::npos) << table;
  EXPECT_NE(table.find("no Patch Pilot library"), std::string::npos) << table;

  EXPECT_EQ(json::parse(run(folder(), "library info dx10 --json").out).at("patches"), 4);
  EXPECT_EQ(run(folder(), "library embed dx10 --with mel-envelope").status, 0);
  EXPECT_EQ(json::parse(run(folder(), "library add --factory --library dx10 --json").out).at("file"),
            file.string());
  expectRefusal(run(folder(), "library info none"), 3, "none: no such library; 'patchpilot library list'");
}

TEST_F(Program, WhichOfMyPresetsSoundsLikeThisIsAnsweredWithItsPath) {
  aFolderOfPresets(folder());
  const std::string add =
      "library add mine --factory --library mine.db --space dx10 --notes 45,57,69 --length 0.5 --duration 1";
  const Result added = run(folder(), add);
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_NE(added.out.find("broken.fxp: "), std::string::npos) << added.out;
  const json again = json::parse(run(folder(), "library add mine --factory --library mine.db --json").out);
  EXPECT_EQ(again.at("added"), 0);
  EXPECT_EQ(again.at("kept"), 33) << "mda's 32 and the user's own";
  EXPECT_EQ(again.at("known"), again.at("presets"));
  EXPECT_EQ(again.at("broken").size(), 1u);
  // The preset's own sound, at a note of its own choosing.
  ASSERT_EQ(
      run(folder(), "render --space dx10 --patch mine/01.lv2 --note 57 --length 0.5 --duration 1 -o own.wav")
          .status,
      0);
  ASSERT_EQ(
      run(folder(), "match own.wav --library mine.db --library dx10.db --out own --note 57 --length 0.5")
          .status,
      0);
  const json best = candidates("own").at("candidates")[0];
  EXPECT_LT(best.at("distances").at("mss").get<double>(), 0.5);
  EXPECT_NE(best.at("origin").get<std::string>().find("mine/01.lv2"), std::string::npos) << best.at("origin");
}

TEST_F(Program, DrawsAroundPresets) {
  aFolderOfPresets(folder());
  ASSERT_EQ(
      run(folder(), "library add mine --factory --library p.db --space dx10 --length 0.3 --duration 0.5")
          .status,
      0);
  const std::string build =
      "library build --around presets --from p.db --space dx10 --out near.db --length 0.3 --duration 0.5";
  const Result built = run(folder(), build + " --count 20");
  ASSERT_EQ(built.status, 0) << built.err;
  ASSERT_EQ(run(folder(), build + " --count 40").status, 0);
  EXPECT_EQ(json::parse(run(folder(), "library info near.db --json").out).at("sampling"), "around");
  expectRefusal(run(folder(), build + " --count 50 --seed 2"), 3, "seed");
  expectRefusal(
      run(folder(), "library build --space dx10 --count 50 --out near.db --length 0.3 --duration 0.5"), 3,
      "sampling");
  expectRefusal(
      run(folder(), "library build --around presets --from dx10.db --space dx10 --count 5 --out other.db"), 3,
      "library add");
  expectRefusal(run(folder(), "library build --around presets --space dx10 --count 5 --out other.db"), 2,
                "--from");
  expectRefusal(run(folder(), "library build --from p.db --space dx10 --count 5 --out other.db"), 2,
                "--around");
  expectRefusal(
      run(folder(), "library build --around presets --from p.db --space jx10 --count 5 --out other.db"), 3,
      "MDA DX10");
  EXPECT_FALSE(fs::exists(folder() / "other.db")) << "a refusal leaves no library behind";
  // Into the library of the presets itself.
  ASSERT_EQ(
      run(folder(),
          "library build --around presets --space dx10 --count 50 --out p.db --length 0.3 --duration 0.5")
          .status,
      0);
  ASSERT_EQ(run(folder(), "match tone.wav --library p.db --library near.db --out around").status, 0);
  for (const auto& c : candidates("around").at("candidates"))
    EXPECT_FALSE(c.at("origin").get<std::string>().empty());
}

TEST_F(Program, PresetsThatCannotBeAddedAreRefused) {
  aFolderOfPresets(folder());
  expectRefusal(run(folder(), "library add mine --library new.db"), 2, "--space");
  expectRefusal(run(folder(), "library add --library new.db --space dx10"), 2, "--factory");
  expectRefusal(run(folder(), "library add nosuch --library new.db --space dx10"), 3, "nosuch");
  expectRefusal(run(folder(), "library add mine --library dx10.db --space jx10"), 3,
                "another parameter space");
  expectRefusal(run(folder(), "library add mine --library dx10.db --notes 61"), 3, "notes 61");
  expectRefusal(run(folder(), "library add mine --library nosuch/new.db --space dx10"), 2, "nosuch");
  EXPECT_FALSE(fs::exists(folder() / "new.db"));
}

TEST_F(Program, ExplainsItsOwnCandidatesAndAnyOtherPreset) {
  ASSERT_EQ(run(folder(), "match tone.wav --library jx10.db --out recipe --top 1").status, 0);
  const std::string recipe = readTextFile(folder() / "recipe/01.txt");
  EXPECT_EQ(recipe.rfind("tone 1, for MDA JX10", 0), 0u) << recipe;
  EXPECT_NE(recipe.find("\nFilter: "), std::string::npos) << recipe;
  EXPECT_EQ(candidates("recipe").at("candidates")[0].at("files").at("recipe"), "01.txt");
  // The preset says the same as the candidate it holds, and who made it.
  const Result preset = run(folder(), "explain recipe/01.lv2");
  ASSERT_EQ(preset.status, 0) << preset.err;
  const std::size_t body = recipe.find('\n'), playing = recipe.find("\nPlay ");
  ASSERT_NE(playing, std::string::npos) << recipe;
  EXPECT_NE(preset.out.find(recipe.substr(body, playing - body)), std::string::npos) << preset.out << recipe;
  const json candidate = candidates("recipe").at("candidates")[0];
  EXPECT_EQ(recipe.substr(playing),
            fmt::format("\nPlay {} with velocity 100 and let go after {:.2f} s.\n",
                        noteName(candidate.at("note").get<int>()), candidate.at("length").get<double>()));
  for (const char* part :
       {"author    Patch Pilot", "category  Patch Pilot", "name      tone 1", "tone.wav; play "})
    EXPECT_NE(preset.out.find(part), std::string::npos) << part << preset.out;
  const Result parameters = run(folder(), "explain recipe/01.json --json");
  EXPECT_EQ(json::parse(parameters.out).at("space"), "jx10") << parameters.err;

  const json factory =
      json::parse(run(folder(), "explain /usr/lib/lv2/mda.lv2 --program 'Echo Pad [SA]' --json").out);
  EXPECT_EQ(factory.at("name"), "Echo Pad [SA]");
  EXPECT_EQ(factory.at("space"), "jx10");
  EXPECT_GT(factory.at("recipe").at("sections").size(), 3u);
  // A synth that no space is for speaks for itself.
  const json without = json::parse(run(folder(),
                                       "explain /usr/lib/lv2/mda.lv2 --program "
                                       "'http://drobilla.net/plugins/mda/presets#EPiano-autopan' --json")
                                       .out);
  EXPECT_GT(without.at("recipe").at("sections").size(), 0u) << without;
}

TEST_F(Program, ListsFoldersAndNamesWhatItRefuses) {
  const fs::path presets = folder() / "mixed";
  fs::create_directory(presets);
  Fxp fxp;
  fxp.fxId = "Xmpl";
  fxp.chunk = {1, 2, 3};
  setFxpName(fxp, "Glass");
  const Bytes good = serializeFxp(fxp);
  writeFileAtomically(presets / "good.fxp", std::span<const std::uint8_t>(good));
  writeFileAtomically(presets / "cut.fxp", std::span<const std::uint8_t>(good).first(30));
  writeFileAtomically(presets / "empty.vstpreset", std::string_view(""));
  const Result list = run(folder(), "explain mixed --json");
  ASSERT_EQ(list.status, 0) << list.err;
  const json document = json::parse(list.out);
  ASSERT_EQ(document.at("presets").size(), 1u);
  EXPECT_EQ(document.at("presets")[0].at("name"), "Glass");
  ASSERT_EQ(document.at("refused").size(), 2u);
  EXPECT_NE(document.at("refused")[0].at("problem").get<std::string>().find("cut short"), std::string::npos);
  EXPECT_NE(run(folder(), "explain mixed").err.find("refused: mixed/empty.vstpreset is empty"),
            std::string::npos);
  // Whose it is, is said of a preset that nothing here can play.
  const Result stranger = run(folder(), "explain mixed/good.fxp");
  EXPECT_EQ(stranger.status, 0);
  EXPECT_NE(stranger.out.find("VST2 preset for Xmpl"), std::string::npos);
  EXPECT_NE(stranger.out.find("No recipe: mixed/good.fxp: no parameter space"), std::string::npos)
      << stranger.out;
  expectRefusal(run(folder(), "explain mixed/cut.fxp"), 3, "cut short");
  expectRefusal(run(folder(), "explain nosuch.fxp"), 3, "nosuch.fxp");
  expectRefusal(run(folder(), "explain mixed/good.fxp --space jx10"), 3, "jx10");
}

TEST_F(Program, ConvertsBetweenBundlesAndParameters) {
  const auto convert = [&](const std::string& arguments) { return run(folder(), "convert " + arguments); };
  ASSERT_EQ(convert("/usr/lib/lv2/mda.lv2 --program 'Echo Pad [SA]' echo.lv2").status, 0);
  EXPECT_EQ(readPresetFile(folder() / "echo.lv2").name, "Echo Pad [SA]");
  EXPECT_EQ(presetHash(readPresetFile(folder() / "echo.lv2").bytes), [] {
    for (const auto& preset : readPresets("/usr/lib/lv2/mda.lv2"))
      if (preset.name == "Echo Pad [SA]") return presetHash(preset.bytes);
    return std::string();
  }());
  ASSERT_EQ(convert("echo.lv2 echo.json").status, 0);
  ASSERT_EQ(convert("echo.json again.lv2").status, 0);
  ASSERT_EQ(run(folder(), "render --space jx10 --patch echo.lv2 -o a.wav").status, 0);
  ASSERT_EQ(run(folder(), "render --space jx10 --patch echo.json -o b.wav").status, 0);
  ASSERT_EQ(run(folder(), "render --space jx10 --patch again.lv2 -o c.wav").status, 0);
  ASSERT_EQ(
      run(folder(), "render --space jx10 --patch /usr/lib/lv2/mda.lv2 --program 'Echo Pad [SA]' -o d.wav")
          .status,
      0);
  EXPECT_EQ(readFile(folder() / "b.wav"), readFile(folder() / "c.wav"));
  EXPECT_EQ(readFile(folder() / "a.wav"), readFile(folder() / "d.wav"));

  expectRefusal(convert("echo.json again.lv2"), 2, "--force");
  EXPECT_EQ(convert("echo.json again.lv2 --force").status, 0);
  expectRefusal(convert("echo.lv2 x.fxp"), 2, ".lv2");
  expectRefusal(convert("/usr/lib/lv2/mda.lv2 x.lv2"), 2, "--program");
  expectRefusal(convert("echo.lv2 x.vstpreset --space dx10"), 3, "echo.lv2");
  EXPECT_FALSE(fs::exists(folder() / "x.lv2") || fs::exists(folder() / "x.fxp") ||
               fs::exists(folder() / "x.vstpreset"));
}

TEST_F(Program, OthersFxpPlayWhereTheSpaceSaysThatTheChunkIsTheState) {
  std::string text = testSynthSpace();
  text.insert(text.find("id = "), "fxp = \"Tst1\"\n");
  writeFileAtomically(folder() / "chunk.toml", text);
  Synth synth(parseSpace(text, "chunk.toml"));
  Patch patch = Patch::point(std::vector<float>(synth.space().parameters.size(), 0.0f));
  patch.values()[*synth.space().find("level")] = 0.8f;
  patch.values()[*synth.space().find("sustain")] = 0.6f;
  const Bytes state = synth.state(patch);
  writeFileAtomically(folder() / "t.vstpreset", std::span<const std::uint8_t>(state));
  ASSERT_EQ(run(folder(), "convert t.vstpreset t.fxp --space chunk.toml").status, 0);
  EXPECT_EQ(readPresetFile(folder() / "t.fxp").synthId, "Tst1");
  ASSERT_EQ(run(folder(), "convert t.fxp t2.vstpreset --space chunk.toml").status, 0);
  for (const std::string file : {"t.vstpreset", "t.fxp", "t2.vstpreset"})
    ASSERT_EQ(run(folder(),
                  fmt::format("render --space chunk.toml --patch {} -o {}.wav --duration 0.5", file, file))
                  .status,
              0)
        << file;
  EXPECT_EQ(readFile(folder() / "t.fxp.wav"), readFile(folder() / "t.vstpreset.wav"));
  EXPECT_EQ(readFile(folder() / "t2.vstpreset.wav"), readFile(folder() / "t.vstpreset.wav"));
  EXPECT_GT(rmsDb(readSound(folder() / "t.fxp.wav").sound), -60);
  Fxp other = parseFxp(readFile(folder() / "t.fxp"));
  other.fxId = "Othr";
  writeFileAtomically(folder() / "o.fxp", std::span<const std::uint8_t>(serializeFxp(other)));
  expectRefusal(run(folder(), "render --space chunk.toml --patch o.fxp -o o.wav"), 3, "another synth");
}

TEST_F(Program, InstallPutsPresetsWhereTheSynthLooksAndNeverOverAFile) {
  const fs::path home = folder() / "home";
  fs::create_directory(home);
  const std::string as = "HOME=" + home.string();
  for (int time = 1; time <= 2; ++time) {
    const Result result =
        run(folder(), "match tone.wav --library dx10.db --out installed --force --top 2 --install", as);
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find("Installed "), std::string::npos);
  }
  for (const char* name : {"tone 1.lv2", "tone 2.lv2", "tone 1 (2).lv2", "tone 2 (2).lv2"}) {
    ASSERT_TRUE(fs::exists(home / ".lv2" / name)) << name;
    EXPECT_EQ(readPresetFile(home / ".lv2" / name).author, "Patch Pilot");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(home / ".lv2"), fs::directory_iterator()), 4);
}

TEST_F(Program, SurgeXtExplainsConvertsAndInstalls) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const SurgePlaces surge;
  Synth synth(loadSpace("surge-full"));
  // Two presets one after the other: what is told of the second is the second's, though Surge XT takes a
  // state in only a block later.
  const Patch first = Patch::point(synth.space().draw(1, 0)), second = Patch::point(synth.space().draw(2, 0));
  synth.state(first);
  const Patch preset = Patch::preset(synth.state(second));
  synth.values(first);
  const auto held = synth.values(preset);
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (synth.space().parameters[i].kind != ParameterKind::continuous)
      continue;  // it saves them in steps of its own
    EXPECT_NEAR(held[i], second.values()[i], 0.01) << synth.space().parameters[i].key;
  }

  writeFileAtomically(folder() / "p.vstpreset", std::span<const std::uint8_t>(preset.preset().state));
  ASSERT_EQ(run(folder(), "convert p.vstpreset p.fxp").status, 0);
  ASSERT_EQ(run(folder(), "convert p.fxp q.vstpreset").status, 0);
  EXPECT_EQ(parseVstPreset(readFile(folder() / "q.vstpreset")).componentState,
            parseVstPreset(preset.preset().state).componentState);
  const Result explained = run(folder(), "explain p.fxp");
  EXPECT_NE(explained.out.find("\nModulation: "), std::string::npos) << explained.out << explained.err;
  EXPECT_NE(explained.out.find("\nFilter 1: "), std::string::npos) << explained.out;

  // A patch of a version that is yet to come.
  Fxp future = parseFxp(readFile(folder() / "p.fxp"));
  SurgePatch patch = parseSurgePatch(future.chunk);
  const auto at = patch.xml.find("revision=\"") + 10;
  patch.xml.replace(at, patch.xml.find('"', at) - at, "9999");
  setFxpChunk(future, serializeSurgePatch(patch));
  writeFileAtomically(folder() / "future.fxp", std::span<const std::uint8_t>(serializeFxp(future)));
  expectRefusal(run(folder(), "render --space surge-full --patch future.fxp -o f.wav"), 3, "9999");

  const fs::path home = folder() / "surge-home";
  fs::create_directories(home / "Documents");
  ASSERT_EQ(run(folder(), "library build --space surge-simple --count 4 --out i.db --duration 1").status, 0);
  ASSERT_EQ(run(folder(), "match tone.wav --library i.db --out i --top 1 --install", "HOME=" + home.string())
                .status,
            0);
  const PresetFile put = readPresetFile(home / "Documents/Surge XT/Patches/Patch Pilot/tone 1.fxp");
  EXPECT_EQ(put.category, "Patch Pilot");
  EXPECT_NE(put.comment.find("tone.wav"), std::string::npos);
}

TEST_F(Program, SurgeXtGoesFromLibraryToFxp) {
  if (!SurgePlaces::installed()) GTEST_SKIP() << "Surge XT is not installed";
  const SurgePlaces surge;
  const Result built = run(folder(), "library build --space surge-simple --count 6 --out s.db");
  ASSERT_EQ(built.status, 0) << built.err;
  ASSERT_EQ(run(folder(), "match tone.wav --library s.db --out s --top 1").status, 0);
  EXPECT_TRUE(fs::exists(folder() / "s/01.fxp"));
  const Result played = run(folder(), "render --space surge-simple --patch s/01.fxp -o s.wav");
  EXPECT_EQ(played.status, 0) << played.err;
}

}  // namespace
}  // namespace patchpilot
