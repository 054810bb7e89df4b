#include "wire/match_record.h"

#include "base/error.h"
#include "listen/objective.h"
#include "test_support.h"

namespace patchpilot {
namespace {

using nlohmann::json;

MatchRecord record() {
  MatchRecord match;
  match.id = "0123456789abcdef";
  match.name = "bass";
  match.created = "2026-11-24T15:42:28.123Z";
  match.state = MatchState::refining;
  match.request.sound = "fedcba9876543210";
  match.request.libraries = {"0000000000000001"};
  match.request.refine = true;
  match.request.methods = {"retrieval+refine", "random"};
  match.request.objective = "four";
  match.request.near = NearRequest{"0000000000000002", 3, 4, {"cutoff"}, {{"level", 0.25f}}};
  match.target = TargetFacts{0.5, 2, 57, 0.9, {{45, 0.1}}, 1.25, {"quiet"}};
  match.progress = {MatchState::refining, 96, 200, 1.5};
  match.curve = {{50, 1.5, 42.5, 4.25}, {96, 2, 35, 3.5}};
  match.generation = 2;
  CandidateFacts found;
  found.synth = "S";
  found.space = "s";
  found.origin = "patch 1";
  found.distances = {{"mss", 3.5}};
  found.distance = 35;
  found.gainDb = -2;
  found.unlike = Unlike{1, {"Cutoff"}};
  found.render = "01.wav";
  found.parameters = "01.json";
  found.recipe = "01.txt";
  found.presets = {"01.lv2"};
  found.bpm = 140;
  match.found.candidates = {found};
  match.skipped = SkippedRenders{2, "crashed"};
  match.remarks = {"a remark"};
  return match;
}

TEST(MatchRecord, IsReadAsItWasWritten) {
  const TemporaryFolder folder;
  const MatchRecord match = record();
  std::filesystem::create_directory(folder / match.id);
  writeFileAtomically(folder / match.id / "match.json", matchFile(match));
  MatchRecord read = readMatchFile(folder / match.id / "match.json");
  EXPECT_EQ(read.id, match.id);
  read.progress = match.progress;  // it is not kept
  EXPECT_EQ(matchView(read, 1), matchView(match, 1));
  EXPECT_EQ(matchFile(read), matchFile(match));
}

TEST(MatchRecord, IsReadFromAFileOfAnEarlierVersion) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "match.json",
                      R"({"format": 1, "name": "bass", "created": "2026", "state": "done",
    "error": "", "request": {"sound": "a", "libraries": ["b"], "seconds": 30}, "target": null,
    "curve": [{"renders": 50, "seconds": 1.5, "mss": 6}],
    "candidates": [{"rank": 1, "synth": "S", "space": "s", "origin": "o", "note": 60, "velocity": 100,
      "length": 2, "distances": {"mss": null}, "gain_db": null,
      "files": {"render": "01.wav", "presets": [], "parameters": "01.json", "recipe": "01.txt"}}],
    "generation": 1})");
  const MatchRecord match = readMatchFile(folder / "match.json");
  EXPECT_EQ(match.state, MatchState::done);
  EXPECT_EQ(match.request.seconds, 30);
  EXPECT_EQ(match.bestDistance(), std::nullopt);
  EXPECT_FALSE(match.found.provisional);
  ASSERT_EQ(match.curve.size(), 1u);
  EXPECT_EQ(match.curve[0].distance, distanceOfMss(6)) << "there was no other objective then";
}

TEST(MatchRecord, ADamagedFileIsAnError) {
  const TemporaryFolder folder;
  json whole = json::parse(matchFile(record()));
  for (const auto& [key, value] : whole.items()) {
    json damaged = whole;
    damaged[key] = json{{"x", 1}};
    writeFileAtomically(folder / "match.json", damaged.dump());
    try {
      readMatchFile(folder / "match.json");
    } catch (const Error&) {
    }
  }
  for (const char* none : {"", "{", "[]", "null", R"({"state": "asleep"})"}) {
    writeFileAtomically(folder / "match.json", none);
    EXPECT_THROW(readMatchFile(folder / "match.json"), Error) << none;
  }
  EXPECT_THROW(readMatchFile(folder / "missing.json"), Error);
}

TEST(MatchRequest, IsRefinedUnlessItsMethodsSayNothingOfIt) {
  EXPECT_TRUE(matchRequestFrom(json::object()).refines());
  EXPECT_FALSE(matchRequestFrom({{"refine", false}}).refines());
  EXPECT_FALSE(matchRequestFrom({{"method", "retrieval"}}).refines());
  EXPECT_TRUE(matchRequestFrom({{"method", "retrieval"}, {"refine", true}}).refines());
  EXPECT_EQ(matchRequestFrom({{"method", "random"}}).methods, std::vector<std::string>{"random"});
}

TEST(MatchRequest, SaysWhichFieldIsWrong) {
  const auto problemOf = [](const json& body) -> std::string {
    try {
      matchRequestFrom(body);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(problemOf({{"sound", "a"}, {"libraries", {"b"}}, {"note", 60.0}}), "");
  EXPECT_EQ(problemOf({{"method", "random+refine"}, {"objective", "tolerant"}}), "");
  EXPECT_EQ(problemOf({{"method", {"retrieval", "random"}}}), "");
  EXPECT_NE(problemOf({{"method", "guess"}}).find("guess"), std::string::npos);
  EXPECT_NE(problemOf({{"objective", "loud"}}).find("loud"), std::string::npos);
  EXPECT_EQ(problemOf({{"note", nullptr}}), "") << "null is as if it were not there";
  for (const json& wrong :
       {json{{"note", 128}}, json{{"note", 1.5}}, json{{"seconds", 0}}, json{{"text", ""}},
        json{{"top", "5"}}, json{{"refine", 1}}, json{{"libraries", {1}}}, json{{"speed", 1}},
        json{{"near", {{"match", "m"}}}}, json{{"near", {{"match", "m"}, {"rank", 1}, {"speed", 2}}}}}) {
    const std::string field = wrong.contains("near") ? "near" : wrong.begin().key();
    const std::string problem = problemOf(wrong);
    EXPECT_TRUE(problem.find(field) != std::string::npos || problem.find("speed") != std::string::npos)
        << wrong << ": " << problem;
  }
}

}  // namespace
}  // namespace patchpilot
