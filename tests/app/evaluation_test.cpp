#include "audio/file.h"
#include "audio/level.h"
#include "audio/loudness.h"
#include "base/places.h"
#include "program.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <set>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A small library of JX10, and a set of four of its patches as targets, made once.
class Evaluations : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    places_ = new TestPlaces;
    for (const char* command :
         {"library build --space jx10 --count 40 --out jx10.db --length 0.5 --duration 1",
          "targets make --space jx10 --count 4 --duration 1 --longest 0.8 --out set"}) {
      const Result made = run(folder(), command);
      ASSERT_EQ(made.status, 0) << made.err;
    }
  }
  static void TearDownTestSuite() { delete places_; }
  static const TemporaryFolder& folder() { return places_->folder; }

  static json list(const std::string& set) {
    return json::parse(readTextFile(folder() / (set + "/targets.json")));
  }

  /// The CSV without its last column, the seconds.
  static std::vector<std::string> csv(const std::string& out) {
    std::istringstream stream(readTextFile(folder() / (out + "/results.csv")));
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line.substr(0, line.rfind(',')));
    return lines;
  }

  /// The cells of one column in the lines of one row of the table.
  static std::vector<std::string> column(const std::string& out, const std::string& row, int index) {
    std::vector<std::string> cells;
    for (const auto& line : csv(out)) {
      if (line.find("," + row + ",") == std::string::npos &&
          line.find(",\"" + row + "\",") == std::string::npos)
        continue;
      std::string plain;
      bool quoted = false;
      for (const char c : line) {
        if (c == '"') quoted = !quoted;
        else plain += quoted && c == ',' ? ';' : c;
      }
      std::istringstream stream(plain);
      std::string cell;
      for (int i = 0; i <= index; ++i) std::getline(stream, cell, ',');
      cells.push_back(cell);
    }
    return cells;
  }
  static constexpr int kMss = 8, kOrigin = 17;

  static TestPlaces* places_;
};
TestPlaces* Evaluations::places_ = nullptr;

TEST_F(Evaluations, TargetSetsDependOnTheirSeedAlone) {
  ASSERT_EQ(
      run(folder(), "targets make --space jx10 --count 4 --duration 1 --longest 0.8 --workers 1 --out again")
          .status,
      0);
  ASSERT_EQ(
      run(folder(), "targets make --space jx10 --count 4 --duration 1 --longest 0.8 --seed 2 --out other")
          .status,
      0);
  EXPECT_EQ(list("again"), list("set"));
  EXPECT_NE(list("other"), list("set"));
  for (const auto& target : list("set")) {
    const std::string file = target.at("file");
    EXPECT_EQ(readFile(folder() / ("again/" + file)), readFile(folder() / ("set/" + file)));
    EXPECT_GE(rmsDb(readSound(folder() / ("set/" + file)).sound), -60);
    EXPECT_GE(target.at("note"), 48);
    EXPECT_LE(target.at("note"), 72);
    EXPECT_LE(target.at("note_off_s"), 0.8);
  }
}

// The protocol of arXiv 2506.07199: notes, times, length and level as its code draws them.
TEST_F(Evaluations, AProtocolPlacesTheNoteAnywhereInTheSound) {
  const Result made =
      run(folder(), "targets make --space jx10 --protocol synth-permutations --count 6 --out wild");
  ASSERT_EQ(made.status, 0) << made.err;
  std::set<int> begins;
  for (const auto& target : list("wild")) {
    const double on = target.value("note_on_s", 0.0), off = target.at("note_off_s");
    EXPECT_LT(on, off);
    EXPECT_LE(off, 4);
    EXPECT_EQ(target.at("velocity"), 100);
    begins.insert(int(std::lround(on * 1000)));
    const AudioBuffer sound = readSound(folder() / ("wild/" + target.at("file").get<std::string>())).sound;
    EXPECT_EQ(sound.frames(), 4 * std::size_t(kSampleRateHz));
    EXPECT_LE(peak(sound), 1);
    EXPECT_GE(integratedLoudness(sound), -55);
    const auto onset = std::size_t(std::llround(on * kSampleRateHz));
    EXPECT_EQ(peak(sound.slice(0, onset)), 0) << "nothing sounds before the note";
    EXPECT_GT(peak(sound.slice(onset, sound.frames())), 0);
  }
  EXPECT_GE(begins.size(), 5u);
  // The floor is laid at the true onset: JX10 plays the same patch the same way each time.
  const Result judged =
      run(folder(), "eval --targets wild --library jx10.db --renders 1 --known --out of-wild");
  ASSERT_EQ(judged.status, 0) << judged.err;
  for (const auto& mss : column("of-wild", "floor", kMss)) EXPECT_LT(std::stod(mss), 0.01);
}

TEST_F(Evaluations, AProtocolOfSynthsIsNotForSoundfontsOrLibraries) {
  for (const char* other : {"--from-library jx10.db", "--soundfont any.sf2"})
    EXPECT_EQ(run(folder(), fmt::format("targets make {} --protocol synth-permutations --out refused", other))
                  .status,
              2)
        << other;
  EXPECT_EQ(run(folder(), "targets make --space jx10 --protocol another --out refused").status, 2);
}

TEST_F(Evaluations, TwoRunsGiveTheSameNumbersWhateverRunsAtOnce) {
  const Result made =
      run(folder(),
          "eval --targets set --library jx10.db --method retrieval:mss --renders 1,6 --at-once 1 --out one");
  ASSERT_EQ(made.status, 0) << made.err;
  ASSERT_EQ(
      run(folder(),
          "eval --targets set --library jx10.db --method retrieval:mss --renders 1,6 --at-once 3 --workers 2 "
          "--out two")
          .status,
      0);
  EXPECT_EQ(csv("one"), csv("two"));
  // floor, random, best of 6 random, and retrieval with two budgets
  EXPECT_EQ(csv("one").size(), 1u + 4 * 5);
  for (const std::string& floor : column("one", "floor", kMss))
    EXPECT_EQ(floor, "0.000000");  // JX10 renders the same sound again
  const auto few = column("one", "retrieval:mss jx10.db, 1 render", kMss),
             more = column("one", "retrieval:mss jx10.db, 6 renders", kMss);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_LE(std::stod(more.at(i)), std::stod(few.at(i)));
  for (const char* file : {"report.html", "summary.md"})
    EXPECT_TRUE(fs::exists(folder() / (std::string("one/") + file)));
  EXPECT_NE(made.out.find("retrieval:mss jx10.db, 6 renders"), std::string::npos);
}

/// Three of the library's own patches, at other notes, velocities and lengths, and how often they are found
/// among it.
TEST_F(Evaluations, TellHowOftenAPatchOfTheLibraryIsFound) {
  const std::string make = "targets make --from-library jx10.db --count 3 --duration 1 --longest 0.9 --out ";
  ASSERT_EQ(run(folder(), make + "own").status, 0);
  ASSERT_EQ(run(folder(), make + "own-again --workers 1").status, 0);
  ASSERT_EQ(run(folder(), make + "own-other --seed 3").status, 0);
  EXPECT_EQ(list("own"), list("own-again"));
  EXPECT_NE(list("own"), list("own-other"));
  std::set<std::int64_t> patches;
  for (const auto& target : list("own")) {
    EXPECT_EQ(target.at("library").at("file"), "jx10.db");
    patches.insert(target.at("library").at("patch").get<std::int64_t>());
    EXPECT_NE(target.at("note"), 60);
    EXPECT_NE(target.at("velocity"), 100);
    EXPECT_GE(std::abs(target.at("note_off_s").get<double>() - 0.5), 0.2);
  }
  EXPECT_EQ(patches.size(), 3u);

  const Result done =
      run(folder(), "eval --targets own --library jx10.db --renders 1,40 --known --no-baseline --out recall");
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_NE(done.out.find("| recall at 1 | recall at 5 | recall at 50 |"), std::string::npos) << done.out;
  constexpr int kRank = 18;
  const auto ranks = column("recall", "retrieval jx10.db, 1 render", kRank),
             again = column("recall", "retrieval jx10.db, 40 renders", kRank);
  const auto mss = column("recall", "retrieval jx10.db, 40 renders", kMss);
  ASSERT_EQ(ranks.size(), 3u);
  EXPECT_EQ(ranks, again) << "it does not depend on how many are rendered";
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GE(std::stoi(ranks[i]), 1);
    EXPECT_LE(std::stoi(ranks[i]), 40) << "all of the library is among the first 50";
    EXPECT_EQ(mss[i], "0.000000") << "the true patch was among those rendered";
  }
  for (const auto& rank : column("recall", "floor", kRank)) EXPECT_EQ(rank, "");
  // Another library does not hold them.
  ASSERT_EQ(run(folder(),
                "library build --space jx10 --seed 2 --count 10 --out stranger.db --length 0.5 --duration 1")
                .status,
            0);
  const Result stranger = run(
      folder(), "eval --targets own --library stranger.db --renders 1 --known --no-baseline --out stranger");
  EXPECT_EQ(stranger.out.find("| recall at"), std::string::npos) << stranger.out;

  expectRefusal(run(folder(), "targets make --from-library jx10.db --space jx10 --count 3 --out never"), 2,
                "brings its own space");
  expectRefusal(
      run(folder(),
          "targets make --from-library jx10.db --lowest-note 60 --highest-note 60 --count 3 --out never"),
      2, "are all the library's own");
  expectRefusal(
      run(folder(), "targets make --from-library jx10.db --shortest 0.4 --longest 0.6 --count 3 --out never"),
      2, "lengths of 0.4 to 0.6 s are all");
}

TEST_F(Evaluations, GoOnWhereTheyWereKilled) {
  ASSERT_EQ(run(folder(), "eval --targets set --library jx10.db --renders 4 --out whole").status, 0);
  ASSERT_EQ(run(folder(), "eval --targets set --library jx10.db --renders 4 --out cut").status, 0);
  const fs::path journal = folder() / "cut/journal.jsonl";
  const std::string text = readTextFile(journal);
  const std::size_t half = text.find('\n', text.size() / 2) + 20;  // within a line
  fs::resize_file(journal, half);
  fs::remove(folder() / "cut/results.csv");
  ASSERT_EQ(run(folder(), "eval --targets set --library jx10.db --renders 4 --out cut").status, 0);
  EXPECT_EQ(csv("cut"), csv("whole"));
  const std::string after = readTextFile(journal);
  const std::size_t kept = text.rfind('\n', half - 1) + 1;
  EXPECT_EQ(after.substr(0, kept), text.substr(0, kept));  // what stood there was not run again
}

TEST_F(Evaluations, AnotherRunIsNotMixedIn) {
  ASSERT_EQ(run(folder(), "eval --targets set --library jx10.db --renders 2 --out mixed").status, 0);
  expectRefusal(run(folder(), "eval --targets set --library jx10.db --renders 3 --out mixed"), 3,
                "mixed holds another run");
  EXPECT_EQ(run(folder(), "eval --targets set --library jx10.db --renders 3 --out mixed --force").status, 0);
  expectRefusal(run(folder(), "eval --targets set --library jx10.db --out set"), 2,
                "set exists and holds no evaluation");
  EXPECT_TRUE(fs::exists(folder() / "set/targets.json"));
}

TEST_F(Evaluations, TheOracleIsTheBestThatALibraryHolds) {
  ASSERT_EQ(
      run(folder(), "eval --targets set --library jx10.db --renders 40 --oracle --known --out oracle").status,
      0);
  // With as many renders as it holds patches, retrieval renders them all, too.
  EXPECT_EQ(column("oracle", "oracle jx10.db", kMss),
            column("oracle", "retrieval jx10.db, 40 renders", kMss));
}

// The answers are those of the other targets' own row, and lie further from targets that they were not made
// for.
TEST_F(Evaluations, ShuffledAnswersAreThoseOfTheNextTarget) {
  const Result judged =
      run(folder(),
          "eval --targets set --library jx10.db --renders 5 --known --shuffled --no-baseline "
          "--out shuffled");
  ASSERT_EQ(judged.status, 0) << judged.err;
  const std::string row = "retrieval jx10.db, 5 renders";
  const std::vector<std::string> own = column("shuffled", row, kOrigin),
                                 others = column("shuffled", "shuffled " + row, kOrigin);
  ASSERT_EQ(own.size(), 4u);
  ASSERT_EQ(others.size(), 4u);
  double nearer = 0, further = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    EXPECT_EQ(others[i], own[(i + 1) % own.size()]);
    nearer += std::stod(column("shuffled", row, kMss)[i]);
    further += std::stod(column("shuffled", "shuffled " + row, kMss)[i]);
  }
  EXPECT_LT(nearer, further);
}

TEST_F(Evaluations, APresetIsNotUsedToMatchItself) {
  ASSERT_EQ(
      run(folder(), "match set/jx10-000.wav --library jx10.db --top 3 --note 60 --length 0.5 --out found")
          .status,
      0);
  fs::create_directories(folder() / "presets");
  fs::create_directories(folder() / "presets/deep");
  for (const char* name : {"01.lv2", "02.lv2", "03.lv2"})
    fs::copy(folder() / (std::string("found/") + name), folder() / (std::string("presets/deep/") + name),
             fs::copy_options::recursive);
  const Result added = run(
      folder(), "library add presets --space jx10 --library mine.db --notes 60 --length 0.5 --duration 1");
  ASSERT_EQ(added.status, 0) << added.err;
  const Result made = run(folder(),
                          "targets make --from-presets presets --space jx10 --count 3 --lowest-note 60 "
                          "--highest-note 60 --duration 1 --longest 0.5 --out hand");
  ASSERT_EQ(made.status, 0) << made.err;
  ASSERT_EQ(run(folder(), "eval --targets hand --library mine.db --known --renders 3 --out hand-eval").status,
            0);
  std::set<std::string> origins;
  for (const auto& target : list("hand")) origins.insert(target.at("patch").get<std::string>());
  EXPECT_EQ(origins.size(), 3u);
  for (const std::string& floor : column("hand-eval", "floor", kMss)) EXPECT_EQ(floor, "0.000000");
  const auto distances = column("hand-eval", "retrieval mine.db, 3 renders", kMss);
  ASSERT_EQ(distances.size(), 3u);
  for (const auto& distance : distances) EXPECT_GT(std::stod(distance), 0.1);
  // A list without its exclusions finds each preset itself.
  json open = list("hand");
  for (auto& target : open) target.erase("exclude");
  writeFileAtomically(folder() / "hand/targets.json", open.dump());
  ASSERT_EQ(run(folder(), "eval --targets hand --library mine.db --known --renders 3 --out open-eval").status,
            0);
  for (const auto& distance : column("open-eval", "retrieval mine.db, 3 renders", kMss))
    EXPECT_EQ(distance, "0.000000");
  // So does one that names its presets only, unless it is told where they lie.
  ASSERT_EQ(
      run(folder(),
          "eval --targets hand --library mine.db --known --renders 3 --own-presets presets --out own-eval")
          .status,
      0);
  EXPECT_EQ(column("own-eval", "retrieval mine.db, 3 renders", kMss), distances);
  expectRefusal(run(folder(), "eval --targets hand --library mine.db --own-presets set --out bad"), 3,
                "01.lv2");
}

TEST_F(Evaluations, ARefinedMethodIsARowAndCannotBeWorseThanWhatItStartsFrom) {
  const Result made =
      run(folder(),
          "eval --targets set --library jx10.db --method retrieval:mss "
          "--method retrieval+refine:mss --renders 10,80 --no-baseline --known --out refine-eval");
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(made.out.find("| best of"), std::string::npos) << made.out;
  const auto plain = column("refine-eval", "retrieval:mss jx10.db, 10 renders", kMss),
             better = column("refine-eval", "retrieval+refine:mss jx10.db, 80 renders", kMss);
  EXPECT_EQ(column("refine-eval", "retrieval+refine:mss jx10.db, 10 renders", kMss), plain);
  double before = 0, after = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_LE(std::stod(better[i]), std::stod(plain[i]));
    before += std::stod(plain[i]);
    after += std::stod(better[i]);
  }
  EXPECT_LT(after, before);
  expectRefusal(run(folder(), "eval --targets set --library jx10.db --method none+refine --out bad"), 2,
                "none");
}

TEST_F(Evaluations, ATargetThatCannotBeReadFailsAloneAndTheRunEnds) {
  fs::copy(folder() / "set", folder() / "gap", fs::copy_options::recursive);
  writeWav(folder() / "gap/jx10-001.wav", AudioBuffer(2, 44100));
  const Result made = run(folder(), "eval --targets gap --library jx10.db --renders 2 --out gap-eval");
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(column("gap-eval", "retrieval jx10.db, 2 renders", kMss).at(1), "");
  EXPECT_NE(column("gap-eval", "retrieval jx10.db, 2 renders", kMss).at(2), "");
  EXPECT_NE(made.out.find("| failed |"), std::string::npos) << made.out;
  EXPECT_EQ(
      json::parse(run(folder(), "eval --targets gap --library jx10.db --renders 2 --out gap-eval --json").out)
          .at("finished"),
      true);
}

TEST_F(Evaluations, PatchesAroundPresetsHaveNoParameterErrorAndGoOnAsTheyStood) {
  ASSERT_EQ(run(folder(),
                "library add --factory --space jx10 --library own.db --notes 60 --length 0.5 --duration 1")
                .status,
            0);
  ASSERT_EQ(run(folder(),
                "library build --around presets --from own.db --space jx10 --count 20 --out near.db --length "
                "0.5 --duration 1")
                .status,
            0);
  ASSERT_EQ(run(folder(), "eval --targets set --library near.db --renders 3 --out near-eval").status, 0);
  const std::string journal = readTextFile(folder() / "near-eval/journal.jsonl");
  EXPECT_EQ(readTextFile(folder() / "near-eval/results.csv").find("nan"), std::string::npos);
  ASSERT_EQ(run(folder(), "eval --targets set --library near.db --renders 3 --out near-eval").status, 0);
  EXPECT_EQ(readTextFile(folder() / "near-eval/journal.jsonl"), journal);
}

TEST_F(Evaluations, ALibraryOfOneSynthIsScoredByTheDrawsOfThatSynthWhateverStandsBesideIt) {
  ASSERT_EQ(
      run(folder(), "library build --space dx10 --count 10 --out dx10.db --length 0.5 --duration 1").status,
      0);
  fs::copy_file(folder() / "jx10.db", folder() / "copy.db", fs::copy_options::overwrite_existing);
  const Result made = run(
      folder(),
      "eval --targets set --library dx10.db --library jx10.db --library copy.db --renders 3 --out beside");
  ASSERT_EQ(made.status, 0) << made.err;
  const auto line = [&](const std::string& row) {
    const std::size_t at = made.out.find("| retrieval " + row + ", 3 renders |") + row.size() + 12;
    std::string text = made.out.substr(at, made.out.find('\n', at) - at);
    return text.substr(0, text.rfind(" | ", text.size() - 4));  // without the seconds
  };
  EXPECT_EQ(line("jx10.db"), line("copy.db"));
}

TEST_F(Evaluations, WhatIsNoRunOfTheirsIsNotTouched) {
  fs::create_directories(folder() / "diary");
  writeFileAtomically(folder() / "diary/journal.jsonl", std::string_view("dear diary\n"));
  for (const char* force : {"", " --force"}) {
    expectRefusal(run(folder(), std::string("eval --targets set --library jx10.db --out diary") + force), 3,
                  "is no journal of an evaluation");
    EXPECT_EQ(readTextFile(folder() / "diary/journal.jsonl"), "dear diary\n");
  }
  // What is wrong with the rest is said before anything is replaced.
  ASSERT_EQ(run(folder(), "eval --targets set --library jx10.db --renders 2 --out kept").status, 0);
  expectRefusal(run(folder(), "eval --targets set --library none.db --renders 3 --out kept --force"), 3,
                "none.db");
  EXPECT_EQ(csv("kept").size(), 1u + 4 * 4);
}

TEST_F(Evaluations, SoundfontsArePlayedByFluidsynth) {
  const fs::path soundfont = "/usr/share/sounds/sf2/TimGM6mb.sf2";
  if (findProgram("fluidsynth").empty() || !fs::exists(soundfont))
    GTEST_SKIP() << "fluidsynth and timgm6mb-soundfont are not installed";
  const Result made = run(folder(), "targets make --soundfont " + soundfont.string() +
                                        " --programs 0,40-41 --duration 1 --longest 0.8 --kind gm --out gm");
  ASSERT_EQ(made.status, 0) << made.err;
  ASSERT_EQ(list("gm").size(), 3u);
  for (const auto& target : list("gm")) {
    const AudioBuffer sound = readSound(folder() / ("gm/" + target.at("file").get<std::string>())).sound;
    EXPECT_EQ(sound.frames(), 44100u);
    EXPECT_EQ(target.at("kind"), "gm");
  }
  EXPECT_EQ(list("gm")[2].at("program"), 41);
  ASSERT_EQ(run(folder(), "eval --targets gm --library jx10.db --renders 2 --out gm-eval").status, 0);
  for (const std::string& floor : column("gm-eval", "floor", kMss)) EXPECT_EQ(floor, "");  // no one knows it
}

TEST_F(Evaluations, WrongWordsAreRefusedInOneLine) {
  const std::string rest = " --library jx10.db --out bad";
  expectRefusal(run(folder(), "eval --targets nowhere" + rest), 3, "nowhere holds no targets.json");
  expectRefusal(run(folder(), "eval --targets set --method magic" + rest), 2,
                "there is no method 'magic'; there are: retrieval");
  expectRefusal(run(folder(), "eval --targets set --renders 0" + rest), 2, "--renders is '0'");
  expectRefusal(run(folder(), "eval --targets set --kind drums" + rest), 3, "there are: jx10");
  expectRefusal(run(folder(), "eval --targets set --library none.db --out bad"), 3, "none.db");
  expectRefusal(run(folder(), "targets make --count 3 --out bad"), 2, "--space is needed");
  expectRefusal(run(folder(), "targets make --space jx10 --lowest-note 70 --highest-note 60 --out bad"), 2,
                "--lowest-note 70");
  expectRefusal(run(folder(), "targets make --space jx10 --kind ../up --count 1 --out bad"), 2,
                "--kind is '../up'");
  expectRefusal(run(folder(), "targets make --space jx10 --from-presets set --out bad"), 3,
                "set holds no presets");
  expectRefusal(run(folder(), "targets make --soundfont none.sf2 --programs 1 --out bad"), 3, "none.sf2");
  expectRefusal(run(folder(), "targets make --soundfont set/targets.json --programs 200 --out bad"), 2,
                "--programs is '200'");
  EXPECT_FALSE(fs::exists(folder() / "bad"));
}

}  // namespace
}  // namespace patchpilot
