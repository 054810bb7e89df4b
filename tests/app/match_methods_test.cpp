// What `match` searches by, and in.
#include "program.h"

#include <nlohmann/json.hpp>

#include <set>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class MatchMethods : public ::testing::Test {
 protected:
  void SetUp() override { tone(folder() / "tone.wav", 0.5); }
  const TemporaryFolder& folder() const { return places_.folder; }

  /// What the candidates of a match came from.
  std::vector<std::string> origins(const std::string& arguments) {
    const Result result = run(folder(), "match tone.wav --json --force " + arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    std::vector<std::string> origins;
    if (result.status != 0) return origins;
    const json document = json::parse(result.out);
    for (const json& candidate : document.at("candidates"))
      origins.push_back(candidate.at("origin").get<std::string>());
    return origins;
  }

  TestPlaces places_;
};

TEST_F(MatchMethods, WithoutALibrarySaysWhatToDo) {
  // Networks would answer without one.
  const std::string without = "PATCHPILOT_NETWORKS=/nowhere/networks.so";
  expectRefusal(run(folder(), "match tone.wav", without), 2,
                "patchpilot library build --space jx10 --count 3000");
  expectRefusal(run(folder(), "match tone.wav --method nosuch", without), 2, "there are: retrieval, random");
  expectRefusal(run(folder(), "match tone.wav --method random", without), 2, "--space");
}

TEST_F(MatchMethods, ARandomMatchNeedsASpaceAndNoLibrary) {
  for (const std::string& origin : origins("--method random --space dx10 --proposals 8 --top 3"))
    EXPECT_TRUE(origin.starts_with("dx10, draw ")) << origin;
  EXPECT_TRUE(fs::exists(folder() / "tone-match/01.wav")) << "the folder is named after the sound";
}

TEST_F(MatchMethods, LibrariesOfTheUserAreSearchedUnlessOthersAreNamed) {
  const std::string build = "library build --space dx10 --duration 0.6 --length 0.3 --count 12 ";
  ASSERT_EQ(run(folder(), build).status, 0);
  ASSERT_EQ(run(folder(), build + "--seed 2 --out other.db").status, 0);
  for (const std::string& origin : origins("--proposals 6 --top 3"))
    EXPECT_TRUE(origin.starts_with("dx10.db, patch ")) << origin;
  for (const std::string& origin : origins("--library other.db --proposals 6 --top 3"))
    EXPECT_TRUE(origin.starts_with("other.db, patch ")) << origin;
  for (const std::string& origin : origins("--library dx10 --proposals 6 --top 3"))
    EXPECT_TRUE(origin.starts_with("dx10.db, patch ")) << origin;
}

TEST_F(MatchMethods, IfAllIsFarAndNoLibraryWasSearchedItSaysHowToMakeOne) {
  const std::string far = "match tone.wav --force --proposals 1 --top 1 --method random ";
  const std::string command = "'patchpilot library build --space dx10 --count 3000'";
  const Result told = run(folder(), far + "--space dx10");
  ASSERT_EQ(told.status, 0) << told.err;
  EXPECT_NE(told.err.find("note: even the nearest candidate is far from the sound"), std::string::npos)
      << told.out << told.err;
  EXPECT_NE(told.err.find(command), std::string::npos) << told.err;
  const json document = json::parse(run(folder(), far + "--space dx10 --json").out);
  EXPECT_GT(document.at("candidates").at(0).at("distance"), 25);
  EXPECT_NE(document.at("advice").get<std::string>().find(command), std::string::npos);

  ASSERT_EQ(run(folder(), "library build --space dx10 --duration 0.6 --length 0.3 --count 12").status, 0);
  EXPECT_FALSE(json::parse(run(folder(), far + "--library dx10 --json").out).contains("advice"));
}

TEST_F(MatchMethods, SeveralArePooledAndOneMayRefine) {
  ASSERT_EQ(run(folder(), "library build --space dx10 --duration 0.6 --length 0.3 --count 12").status, 0);
  std::set<std::string> kinds;
  for (const std::string& origin : origins("--method retrieval --method random --proposals 20 --top 20"))
    kinds.insert(origin.substr(0, origin.find(',')));
  EXPECT_EQ(kinds, (std::set<std::string>{"dx10", "dx10.db"}));
  const Result refined =
      run(folder(),
          "match tone.wav --json --force --method retrieval+refine --proposals 10 --renders 60 --out r");
  ASSERT_EQ(refined.status, 0) << refined.err;
  EXPECT_EQ(json::parse(refined.out).at("refinement").at("renders"), 60);
}

}  // namespace
}  // namespace patchpilot
