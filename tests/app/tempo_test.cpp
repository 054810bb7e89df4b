#include "program.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A library at 90 BPM, and a sound.
class TempoOfProgram : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    places_ = new TestPlaces;
    const Result made = run(folder(), kBuild + "slow.db --count 6 --bpm 90");
    ASSERT_EQ(made.status, 0) << made.err;
    tone(folder() / "tone.wav", 0.4);
    fs::create_directory(folder() / "presets");
  }
  static void TearDownTestSuite() { delete places_; }
  static const TemporaryFolder& folder() { return places_->folder; }
  static json jsonOf(const std::string& arguments) { return json::parse(run(folder(), arguments).out); }

  static inline const std::string kBuild =
      "library build --space jx10 --length 0.2 --duration 0.4 --embedder mel-envelope --out ";
  static TestPlaces* places_;
};
TestPlaces* TempoOfProgram::places_ = nullptr;

TEST_F(TempoOfProgram, IsToldByALibraryAndKeptWhenItGoesOn) {
  EXPECT_EQ(jsonOf("library info slow.db --json").at("bpm"), 90);
  EXPECT_NE(run(folder(), "library info slow.db").out.find("at 90 BPM"), std::string::npos);
  EXPECT_EQ(run(folder(), kBuild + "slow.db --count 7").status, 0) << "without --bpm it is the library's";
  EXPECT_EQ(jsonOf("library info slow.db --json").at("bpm"), 90);
  ASSERT_EQ(run(folder(), kBuild + "usual.db --count 2").status, 0);
  EXPECT_EQ(jsonOf("library info usual.db --json").at("bpm"), 120);
}

TEST_F(TempoOfProgram, AnotherIsRefusedByALibrary) {
  const std::string problem = "slow.db was rendered at 90 BPM, asked for are 140; give --bpm 90";
  expectRefusal(run(folder(), kBuild + "slow.db --count 9 --bpm 140"), 3, problem);
  expectRefusal(run(folder(), "library add presets --library slow.db --bpm 140"), 3, problem);
  for (const auto& [shard, bpm] : {std::pair("1", "90"), std::pair("2", "91")})
    ASSERT_EQ(
        run(folder(), fmt::format("{}s{}.db --count 4 --shard {}/2 --bpm {}", kBuild, shard, shard, bpm))
            .status,
        0);
  expectRefusal(run(folder(), "library merge s1.db s2.db --out merged.db"), 3,
                "s1.db was rendered at 90 BPM");
  EXPECT_FALSE(fs::exists(folder() / "merged.db"));
}

TEST_F(TempoOfProgram, OfAMatchIsTheLibrarysOwnOrTheOneAskedFor) {
  const auto match = [&](const std::string& more) {
    const Result result = run(folder(), "match tone.wav --library slow.db --force --out m --top 1 " + more);
    EXPECT_EQ(result.status, 0) << result.err;
    const json document = json::parse(readTextFile(folder() / "m/candidates.json"));
    return std::pair(document.at("candidates").front().at("bpm").get<double>(), result.err);
  };
  EXPECT_EQ(match("").first, 90);
  const auto [bpm, told] = match("--bpm 140");
  EXPECT_EQ(bpm, 140);
  EXPECT_NE(told.find("note: slow.db was rendered at 90 BPM"), std::string::npos) << told;
}

TEST_F(TempoOfProgram, OfATargetSetIsThatOfItsEvaluation) {
  ASSERT_EQ(
      run(folder(), "targets make --space jx10 --count 2 --duration 0.4 --longest 0.35 --bpm 75 --out set")
          .status,
      0);
  const fs::path list = folder() / "set/targets.json";
  json targets = json::parse(readTextFile(list));
  EXPECT_EQ(targets[0].at("bpm"), 75);
  const std::string eval = "eval --targets set --library slow.db --renders 3 --at-once 1 --out ";
  const Result run1 = run(folder(), eval + "report");
  EXPECT_EQ(run1.status, 0) << run1.err;
  EXPECT_NE(run1.err.find("slow.db was rendered at 90 BPM: its patches are found by that, and played at 75"),
            std::string::npos)
      << run1.err;
  targets[1]["bpm"] = 76;
  writeFileAtomically(list, targets.dump());
  expectRefusal(run(folder(), eval + "other"), 3, "make a set for each tempo");
}

TEST_F(TempoOfProgram, IsARangeOfNumbers) {
  for (const char* bpm : {"0", "9.9", "1000", "fast", "-120"})
    EXPECT_EQ(run(folder(), fmt::format("render --space jx10 --out a.wav --bpm {}", bpm)).status, 2) << bpm;
  EXPECT_EQ(run(folder(), "render --space jx10 --duration 0.2 --out a.wav --bpm 97.5").status, 0);
  for (const char* command : {"match", "render", "library build", "library add", "targets make"})
    EXPECT_NE(run(folder(), std::string(command) + " --help").out.find("--bpm"), std::string::npos)
        << command;
}

}  // namespace
}  // namespace patchpilot
