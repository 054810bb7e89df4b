#include "web/matches.h"

#include "audio/file.h"
#include "base/error.h"
#include "base/files.h"
#include "base/places.h"
#include "web/job.h"
#include "web_fixture.h"

#include <set>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Match : public WebTest {
 protected:
  Match() { makeLibrary(); }

  /// Follows a match until it refines and has written something.
  json refining(const std::string& id) {
    return follow("/matches/" + id + "/events",
                  [](const json& m) { return m.at("state") == "refining" && m.at("generation") > 0; });
  }
};

// What is searched around later is played as it was heard.
TEST(StoredPatches, KeepTheirNoteAndWhenItIsLetGo) {
  const TemporaryFolder folder;
  StoredPatch stored{"a.db", {.origin = "patch 1"}};
  stored.proposal.note = 48;
  stored.proposal.lengthSeconds = 0.25;
  writeFileAtomically(folder.path() / "patches.bin", packPatches({stored, {"a.db", {}}}));
  const auto read = readPatches(folder.path() / "patches.bin");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].proposal.note, 48);
  EXPECT_EQ(read[0].proposal.lengthSeconds, 0.25);
  EXPECT_FALSE(read[1].proposal.note);
  EXPECT_FALSE(read[1].proposal.lengthSeconds);
}

TEST_F(Match, HasCandidatesBeforeItRefinesAndBetterOnesAfter) {
  open();
  const std::string id = startMatch({{"sound", uploadTone()}, {"renders", 240}});
  std::vector<std::string> states;
  std::set<int> generations;
  bool early = false;
  const json last = follow("/matches/" + id + "/events", [&](const json& m) {
    if (states.empty() || states.back() != m.at("state")) states.push_back(m.at("state"));
    if (m.at("state") == "ranking" || m.at("state") == "refining")
      early = early || m.at("candidates").size() == 5;
    return false;
  });
  ASSERT_EQ(last.at("state"), "done") << last.dump(1);
  EXPECT_EQ(states.back(), "done");
  EXPECT_TRUE(early) << "candidates are there while it goes on";
  EXPECT_GE(last.at("generation"), 2);
  EXPECT_EQ(last.at("target").at("note"), 57);
  ASSERT_EQ(last.at("candidates").size(), 5u);
  for (std::size_t i = 1; i < last.at("curve").size(); ++i)
    EXPECT_LT(last["curve"][i].at("distance"), last["curve"][i - 1].at("distance"));
  EXPECT_LT(last["curve"].back().at("distance"), last["curve"].front().at("distance"));
  EXPECT_NEAR(last["curve"].back().at("distance").get<double>(), last.at("best_distance").get<double>(),
              1e-6);
  EXPECT_EQ(get("/matches/" + id).json(), last);
  EXPECT_EQ(get("/matches").json().at("matches").at(0).at("best_distance"), last.at("best_distance"));
}

TEST_F(Match, TheFirstCandidatesAreHeardAndTakenBeforeTheOthersAreRanked) {
  open();
  EXPECT_EQ(post("/libraries/" + libraryId() + "/open").status, 200) << "the synth waits for the first note";
  const std::string id = startMatch({{"sound", uploadTone()}, {"refine", false}});
  const json match = finished(id);
  EXPECT_EQ(match.at("generation"), 2);
  EXPECT_EQ(match.at("provisional"), false);
  const fs::path folder = options.data / "matches" / id;
  const json first = readJsonFile(folder / "g1/candidates.json"),
             last = readJsonFile(folder / "g2/candidates.json");
  EXPECT_TRUE(first.at("provisional").get<bool>());
  EXPECT_FALSE(last.contains("provisional"));
  ASSERT_EQ(first.at("candidates").size(), 5u);
  EXPECT_GE(first.at("candidates")[0].at("distance"), last.at("candidates")[0].at("distance"))
      << "more were heard since";

  // What has not been written is made when it is asked for.
  const std::string place = "/matches/" + id + "/candidates/1";
  const Answer audio = get(place + "/audio?g=1");
  ASSERT_EQ(audio.status, 200);
  const Answer again = post(place + "/render?g=1", json::object());
  EXPECT_EQ(again.body, audio.body);
  EXPECT_NEAR(std::stod(again.header("X-Distance")), first.at("candidates")[0].at("distance").get<double>(),
              1e-3);
  EXPECT_NE(get(place + "/recipe?g=1").body.find("MDA JX10"), std::string::npos);
  EXPECT_EQ(get(place + "/presets/01.lv2?g=1").body.substr(0, 2), "PK");
  EXPECT_TRUE(fs::is_directory(
      post(place + "/install?g=1", json::object()).json().at("files").at(0).get<std::string>()));
  EXPECT_FALSE(fs::exists(folder / "g1/01.lv2")) << "it is made for one request";
}

TEST_F(Match, TheFirstCandidatesOutliveAServerThatIsKilled) {
  open();
  const std::string id = startMatch({{"sound", uploadTone()}, {"refine", false}});
  finished(id);
  close();
  // As it was when only they had been written.
  const fs::path folder = options.data / "matches" / id;
  fs::remove_all(folder / "g2");
  json file = readJsonFile(folder / "match.json");
  file.update({{"state", "ranking"}, {"generation", 0}, {"candidates", json::array()}});
  writeFileAtomically(folder / "match.json", file.dump());
  open();
  const json match = get("/matches/" + id).json();
  EXPECT_EQ(match.at("state"), "stopped");
  EXPECT_EQ(match.at("provisional"), true);
  EXPECT_FALSE(match.contains("zip"));
  ASSERT_EQ(match.at("candidates").size(), 5u);
  const json& best = match.at("candidates")[0];
  EXPECT_EQ(getPlace(best.at("audio")).status, 200);
  EXPECT_EQ(getPlace(best.at("presets")[0].at("url")).body.substr(0, 2), "PK");
}

TEST_F(Match, WhatItFoundIsHeardReadAndTaken) {
  open();
  const std::string id = startMatch({{"sound", uploadTone()}, {"refine", false}, {"top", 2}});
  const json match = finished(id);
  ASSERT_EQ(match.at("candidates").size(), 2u) << match.dump(1);
  const json& best = match.at("candidates")[0];
  const auto place = [&](const char* part) { return best.at(part).get<std::string>(); };
  const Answer audio = getPlace(place("audio"));
  ASSERT_EQ(audio.status, 200);
  EXPECT_NE(audio.header("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(getPlace(match.at("target_audio")).status, 200);
  EXPECT_NE(getPlace(place("recipe")).body.find("MDA JX10"), std::string::npos);
  const Answer zip = getPlace(match.at("zip"));
  EXPECT_EQ(zip.body.substr(0, 2), "PK");
  EXPECT_NE(zip.body.find("My tone/01.wav"), std::string::npos);
  EXPECT_NE(zip.body.find("/target.wav"), std::string::npos);
  EXPECT_EQ(zip.body.find("patches.bin"), std::string::npos);
  const Answer preset = getPlace(best.at("presets")[0].at("url"));
  EXPECT_EQ(preset.body.substr(0, 2), "PK") << "an LV2 bundle is a folder";
  expectRefused(get("/matches/" + id + "/candidates/1/presets/..%2Fcandidates.json"), 404, "");
  expectRefused(get("/matches/" + id + "/candidates/1/presets/01.wav"), 404, "01.wav");
  expectRefused(get("/matches/" + id + "/candidates/3/audio"), 404, "3");
  expectRefused(get("/matches/" + id + "/candidates/1/audio?g=7"), 404, "load the match again");

  const Answer installed = post("/matches/" + id + "/candidates/1/install", json::object());
  ASSERT_EQ(installed.status, 200) << installed.body;
  const std::string file = installed.json().at("files").at(0);
  EXPECT_TRUE(file.starts_with((places.folder / "home").string())) << file;
  EXPECT_TRUE(fs::is_directory(file)) << "an LV2 bundle";
}

TEST_F(Match, ACandidateIsPlayedAtAnyNoteAndTurned) {
  open();
  const std::string id = startMatch({{"sound", uploadTone()}, {"refine", false}, {"top", 1}});
  const json best = finished(id).at("candidates").at(0);
  const std::string place = "/matches/" + id + "/candidates/1";
  const Answer same = post(place + "/render", json::object());
  ASSERT_EQ(same.status, 200) << same.body;
  EXPECT_EQ(same.body, getPlace(best.at("audio")).body) << "as it was written";
  EXPECT_NEAR(std::stod(same.header("X-Distance")), best.at("distance").get<double>(), 1e-3);
  const Answer higher = post(place + "/render", {{"note", 69}, {"seconds", 0.5}});
  EXPECT_EQ(higher.header("X-Distance"), "") << "it is another note";
  writeFileAtomically(places.folder / "higher.wav", higher.body);
  EXPECT_EQ(readSound(places.folder / "higher.wav").sound.frames(), 22050u);

  const json panel = get(place + "/parameters").json();
  const json* cutoff = nullptr;
  for (const json& section : panel.at("sections"))
    for (const json& parameter : section.at("parameters"))
      if (parameter.at("key") == "vcf_freq") cutoff = &parameter;
  ASSERT_NE(cutoff, nullptr) << panel.dump(1);
  const float turned = cutoff->at("value").get<float>() > 0.5f ? 0.1f : 0.9f;
  const json changes = {{"changes", {{"vcf_freq", turned}}}};
  const Answer other = post(place + "/render", changes);
  ASSERT_EQ(other.status, 200) << other.body;
  EXPECT_NE(other.body, same.body);
  EXPECT_GT(std::abs(std::stod(other.header("X-Distance")) - best.at("distance").get<double>()), 0.1);
  EXPECT_NE(post(place + "/parameters", changes).json(), panel);
  const std::string preset = place + "/presets/01.lv2";
  EXPECT_NE(post(preset, changes).body, get(preset).body);
  expectRefused(post(place + "/render", {{"changes", {{"no_such", 0.5}}}}), 400, "no_such");
  expectRefused(post(place + "/render", {{"changes", {{"vcf_freq", 2}}}}), 400, "between 0 and 1");
}

TEST_F(Match, SearchesOnAroundACandidateWithWhatIsLocked) {
  open();
  const std::string first = startMatch({{"sound", uploadTone()}, {"refine", false}, {"top", 2}});
  finished(first);
  const std::string second = startMatch({{"near",
                                          {{"match", first},
                                           {"rank", 1},
                                           {"locked", {"vcf_freq", "vcf_reso"}},
                                           {"changes", {{"vcf_freq", 0.75}}}}},
                                         {"renders", 96}});
  const json found = finished(second);
  ASSERT_EQ(found.at("state"), "done") << found.dump(1);
  EXPECT_EQ(found.at("request").at("sound"), get("/matches/" + first).json().at("request").at("sound"));
  const auto valueOf = [&](const std::string& match, std::size_t rank, const std::string& key) {
    const json panel =
        get("/matches/" + match + "/candidates/" + std::to_string(rank) + "/parameters").json();
    for (const json& section : panel.at("sections"))
      for (const json& parameter : section.at("parameters"))
        if (parameter.at("key") == key) return parameter.at("value").get<float>();
    return -1.0f;
  };
  for (std::size_t rank = 1; rank <= found.at("candidates").size(); ++rank) {
    EXPECT_NEAR(valueOf(second, rank, "vcf_freq"), 0.75f, 1e-6f) << rank;
    EXPECT_EQ(valueOf(second, rank, "vcf_reso"), valueOf(first, 1, "vcf_reso")) << rank;
  }
  expectRefused(post("/matches", {{"near", {{"match", first}, {"rank", 9}}}}), 404, "9");
  expectRefused(post("/matches", {{"near", {{"match", "0123456789abcdef"}, {"rank", 1}}}}), 404,
                "0123456789abcdef");
}

TEST(MatchShare, AllWorkersTogetherDoNotExceedTheCores) {
  for (int cores = 0; cores <= 33; ++cores)
    for (int matches = 0; matches <= 9; ++matches) {
      const MatchShare share = matchShare(cores, matches);
      EXPECT_GE(share.matches, 1);
      EXPECT_GE(share.workers, 1);
      EXPECT_LE(share.matches * share.workers, std::max(1, cores)) << cores << " " << matches;
    }
  EXPECT_EQ(matchShare(1).matches, 1);
  EXPECT_EQ(matchShare(2).matches, 2);
  EXPECT_EQ(matchShare(2).workers, 1);
  EXPECT_EQ(matchShare(16).matches, 2);
  EXPECT_EQ(matchShare(16).workers, 8);
  EXPECT_EQ(matchShare(16, 1).workers, 16);
  EXPECT_EQ(matchShare(4, 8).matches, 4) << "no more than there are cores";
}

TEST_F(Match, TwoRunAtOnceAndOneIsCancelledAlone) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "shared cores: there is one only";
  options.matchesAtOnce = 2;
  open();
  const std::string sound = uploadTone();
  const std::string first = startMatch({{"sound", sound}, {"seconds", 3600}}),
                    second = startMatch({{"sound", sound}, {"seconds", 3600}}),
                    third = startMatch({{"sound", sound}, {"refine", false}});
  refining(first);
  refining(second);
  EXPECT_EQ(get("/matches/" + first).json().at("state"), "refining") << "both at the same time";
  EXPECT_EQ(get("/matches/" + third).json().at("position"), 1);
  EXPECT_EQ(post("/matches/" + first + "/stop").status, 200);
  EXPECT_EQ(finished(first).at("state"), "stopped");
  EXPECT_EQ(finished(third).at("state"), "done") << "it took the free place";
  const json before = get("/matches/" + second).json();
  EXPECT_EQ(before.at("state"), "refining");
  follow("/matches/" + second + "/events",
         [&](const json& m) { return m.at("progress").at("done") > before.at("progress").at("done"); });
  EXPECT_EQ(post("/matches/" + second + "/stop").status, 200);
  const json kept = finished(second);
  EXPECT_EQ(kept.at("state"), "stopped");
  EXPECT_EQ(kept.at("candidates").size(), 5u);
}

TEST_F(Match, OneAfterAnotherAndEachCanBeStopped) {
  options.matchesAtOnce = 1;
  open();
  const std::string sound = uploadTone();
  const std::string first = startMatch({{"sound", sound}, {"seconds", 3600}});
  const std::string second = startMatch({{"sound", sound}, {"seconds", 3600}}),
                    third = startMatch({{"sound", sound}, {"refine", false}});
  refining(first);
  EXPECT_EQ(get("/matches/" + second).json().at("position"), 1);
  EXPECT_EQ(get("/matches/" + third).json().at("position"), 2);
  EXPECT_EQ(get("/matches").json().at("matches").at(0).at("position"), 2) << "the list says so as well";
  EXPECT_FALSE(get("/matches").json().at("matches").at(2).contains("position")) << "it runs";
  EXPECT_EQ(post("/matches/" + second + "/stop").json().at("state"), "stopped");
  EXPECT_EQ(get("/matches/" + third).json().at("position"), 1);
  EXPECT_TRUE(get("/matches/" + second).json().at("candidates").empty());
  EXPECT_EQ(post("/matches/" + first + "/stop").status, 200);
  const json kept = finished(first);
  EXPECT_EQ(kept.at("state"), "stopped");
  EXPECT_EQ(kept.at("candidates").size(), 5u);
  EXPECT_LE(kept.at("best_distance").get<double>(), kept.at("curve").front().at("distance").get<double>());
  EXPECT_EQ(finished(third).at("state"), "done");
  EXPECT_EQ(answerOf(client->Delete("/api/v1/matches/" + first)).status, 200);
  expectRefused(get("/matches/" + first), 404, first);
  EXPECT_FALSE(fs::exists(options.data / "matches" / first));
}

TEST_F(Match, OneThatRunsCanBeRemoved) {
  open();
  const std::string id = startMatch({{"sound", uploadTone()}, {"seconds", 3600}});
  refining(id);
  EXPECT_EQ(answerOf(client->Delete("/api/v1/matches/" + id)).status, 200);
  EXPECT_TRUE(get("/matches").json().at("matches").empty());
  EXPECT_TRUE(fs::is_empty(options.data / "matches"));
}

TEST_F(Match, WhatItNeedsIsNotRemovedUnderIt) {
  open();
  const std::string sound = uploadTone(), library = libraryId();
  const auto remove = [&](const std::string& place) { return answerOf(client->Delete("/api/v1" + place)); };
  const std::string id = startMatch({{"sound", sound}, {"seconds", 3600}});
  refining(id);
  expectRefused(remove("/sounds/" + sound), 409, "My tone");
  expectRefused(remove("/libraries/" + library), 409, "My tone");
  EXPECT_EQ(get("/sounds/" + sound).status, 200);
  post("/matches/" + id + "/stop");
  const json match = finished(id);
  EXPECT_EQ(remove("/sounds/" + sound).status, 200);
  expectRefused(get("/sounds/" + sound), 404, sound);
  expectRefused(remove("/sounds/" + sound), 404, sound);
  EXPECT_TRUE(fs::is_empty(options.data / "sounds"));
  EXPECT_EQ(getPlace(match.at("target_audio")).status, 200) << "a match keeps what it matched";
  expectRefused(remove("/libraries/" + library), 403, "jx10");
  EXPECT_TRUE(fs::exists(places.folder / "jx10.db")) << "it is the user's";
  expectRefused(remove("/libraries/0123456789abcdef"), 404, "0123456789abcdef");
}

TEST_F(Match, ALibraryMadeHereIsRemovedWithAllThatBelongsToIt) {
  // One that was made here, when it was.
  fs::create_directories(options.data / "libraries");
  fs::copy_file(places.folder / "jx10.db", options.data / "libraries/mine.db");
  options.libraries.clear();
  open();
  const json mine = get("/state").json().at("libraries").at(0);
  EXPECT_EQ(mine.at("own"), true);
  EXPECT_EQ(mine.at("embedders").back(), "mel-envelope");
  const std::string library = mine.at("id"), sound = uploadTone();
  const json match =
      finished(startMatch({{"sound", sound}, {"refine", false}, {"top", 1}, {"embedder", "mel-envelope"}}));
  ASSERT_EQ(match.at("state"), "done") << match.dump(1);
  const std::string candidate = "/matches/" + match.at("id").get<std::string>() + "/candidates/1";
  EXPECT_EQ(get(candidate + "/parameters").status, 200) << "its synth is open";

  std::vector<json> removed;
  httplib::Client stream("127.0.0.1", server->port());
  stream.set_read_timeout(120);
  std::string pending;
  bool asked = false;
  stream.Get(api + "/events", [&](const char* data, std::size_t length) {
    if (!std::exchange(asked, true)) {
      EXPECT_EQ(answerOf(client->Delete("/api/v1/libraries/" + library)).status, 200);
      EXPECT_EQ(answerOf(client->Delete("/api/v1/sounds/" + sound)).status, 200);
    }
    pending.append(data, length);
    for (std::size_t end; (end = pending.find("\n\n")) != std::string::npos; pending.erase(0, end + 2))
      if (pending.starts_with("event: removed\n"))
        removed.push_back(
            json::parse(pending.substr(pending.find("data: ") + 6, end - pending.find("data: ") - 6)));
    return removed.size() < 2;
  });
  EXPECT_EQ(removed,
            (std::vector<json>{{{"kind", "library"}, {"id", library}}, {{"kind", "sound"}, {"id", sound}}}));
  EXPECT_TRUE(get("/state").json().at("libraries").empty());
  EXPECT_TRUE(fs::is_empty(options.data / "libraries")) << "nothing of it is left";
  EXPECT_EQ(getPlace(match.at("candidates")[0].at("audio")).status, 200);
  EXPECT_EQ(getPlace(match.at("candidates")[0].at("presets")[0].at("url")).status, 200);
  expectRefused(get(candidate + "/parameters"), 409, "removed");
}

TEST_F(Match, ReopensAfterARestart) {
  options.matchesAtOnce = 1;
  open();
  const std::string sound = uploadTone();
  const std::string done = startMatch({{"sound", sound}, {"renders", 48}, {"top", 3}});
  const json before = finished(done);
  const std::string cut = startMatch({{"sound", sound}, {"seconds", 3600}}),
                    waits = startMatch({{"sound", sound}, {"refine", false}});
  refining(cut);
  close();
  open();
  json after = get("/matches/" + done).json(), then = before;
  for (json* one : {&after, &then}) one->erase("progress");
  EXPECT_EQ(after, then);
  EXPECT_EQ(getPlace(after.at("candidates")[0].at("audio")).status, 200);
  const json stopped = get("/matches/" + cut).json();
  EXPECT_EQ(stopped.at("state"), "stopped");
  EXPECT_EQ(stopped.at("candidates").size(), 5u);
  EXPECT_EQ(getPlace(stopped.at("candidates")[0].at("audio")).status, 200);
  EXPECT_EQ(finished(waits).at("state"), "done") << "what was queued is done now";
}

TEST_F(Match, SaysByWhatItSearchedWhereThatIsNotTheBest) {
  if (networksModule().empty()) GTEST_SKIP() << "built without networks";
  open();
  const std::string sound = uploadTone();
  EXPECT_EQ(finished(startMatch({{"sound", sound}, {"refine", false}})).at("remarks"), json::array());
  const ScopedVariable none("PATCHPILOT_NETWORKS", "/nowhere/networks.so");
  const std::string id = startMatch({{"sound", sound}, {"refine", false}});
  const json match = finished(id);
  ASSERT_EQ(match.at("state"), "done") << match.dump(1);
  ASSERT_EQ(match.at("remarks").size(), 1u) << match.dump(1);
  const auto remark = match.at("remarks").at(0).get<std::string>();
  EXPECT_EQ(remark.find("jx10 is searched by mel-envelope, as ours-jx10 cannot be used: "), 0u) << remark;
  close();
  open();
  EXPECT_EQ(get("/matches/" + id).json().at("remarks"), match.at("remarks"))
      << "it is kept with what was found";
}

/// With a library of the test synth, two patches of which crash it.
TEST_F(Match, SaysHowManyRendersWereSkippedAndWhy) {
  const fs::path file = places.folder / "crashing.db";
  {
    const Synth synth(parseSpace(testSynthSpace(), "test"));
    LibrarySettings settings = librarySettings(synth);
    settings.lengthSeconds = 0.3;
    settings.durationSeconds = 0.5;
    Library library = Library::create(file, settings);
    buildLibrary(library, synth, {.count = 8, .workers = 1});
    std::vector<LibraryAttempt> crashing = library.attempts().keptAfter(0, 2);
    for (LibraryAttempt& one : crashing) {
      one.index = library.counts().nextAttempt + std::size_t(&one - crashing.data());
      one.patch.values()[*synth.space().find("crash")] = 1;
    }
    library.attempts().append(crashing, library.counts().nextAttempt + crashing.size());
  }
  options.libraries = {file.string()};
  open();
  // A note that is told: else each patch is rendered at several.
  const std::string id = startMatch({{"sound", uploadTone()}, {"note", 69}, {"refine", false}});
  const json match = finished(id);
  ASSERT_EQ(match.at("state"), "done") << match.dump(1);
  ASSERT_TRUE(match.contains("problems")) << match.dump(1);
  EXPECT_EQ(match.at("problems").at("count"), 2);
  EXPECT_NE(match.at("problems").at("first").get<std::string>().find("crashed"), std::string::npos)
      << match.at("problems");
  close();
  open();
  EXPECT_EQ(get("/matches/" + id).json().at("problems"), match.at("problems"))
      << "it is kept with what was found";
}

TEST_F(Match, WhatFailsSaysWhy) {
  open();
  const std::string id = startMatch({{"text", "warm brass"}});
  const json match = finished(id);
  EXPECT_EQ(match.at("state"), "failed");
  EXPECT_NE(match.at("error").get<std::string>().find("texts cannot be compared"), std::string::npos)
      << match;
  const std::string quiet =
      startMatch({{"sound", uploadTone()}, {"start", 1000 / 1000.0}, {"duration", 0.2}, {"refine", false}});
  EXPECT_EQ(finished(quiet).at("state"), "done");
  const std::string beyond = startMatch({{"sound", uploadTone()}, {"start", 100}});
  EXPECT_EQ(finished(beyond).at("state"), "failed");
  expectRefused(post("/matches", {{"sound", "0123456789abcdef"}, {"libraries", {libraryId()}}}), 404,
                "0123456789abcdef");
  expectRefused(post("/matches", {{"sound", "x"}, {"libraries", {"nowhere"}}}), 404, "nowhere");
}

TEST_F(Match, PlaysAtTheTempoThatIsAskedFor) {
  open();
  EXPECT_EQ(get("/state").json().at("libraries").at(0).at("bpm"), 120);
  for (const json& bpm : {json(), json(97.5)}) {
    json request = {{"sound", uploadTone()}, {"refine", false}, {"top", 1}};
    if (!bpm.is_null()) request["bpm"] = bpm;
    const json match = finished(startMatch(request));
    ASSERT_EQ(match.at("state"), "done") << match.dump(1);
    EXPECT_EQ(match.at("candidates").at(0).at("bpm"), bpm.is_null() ? json(120) : bpm);
    const std::string remarks = match.value("remarks", json::array()).dump();
    EXPECT_EQ(remarks.find("rendered at 120 BPM") != std::string::npos, !bpm.is_null()) << remarks;
    const Answer played =
        post("/matches/" + match.at("id").get<std::string>() + "/candidates/1/render", json::object());
    EXPECT_EQ(played.status, 200) << played.body;
    EXPECT_NEAR(std::stod(played.header("X-Distance")),
                match.at("candidates").at(0).at("distance").get<double>(), 1e-3);
  }
}

TEST_F(Match, MethodsAreNamedAsOnTheCommandLine) {
  open();
  const json state = get("/state").json();
  std::set<std::string> names;
  for (const json& method : state.at("methods")) names.insert(method.at("name"));
  EXPECT_TRUE(names.contains("retrieval") && names.contains("random")) << state.at("methods");
  const std::string sound = uploadTone();
  const json match =
      finished(startMatch({{"sound", sound}, {"method", {"retrieval", "random"}}, {"top", 50}}));
  ASSERT_EQ(match.at("state"), "done") << match.dump(1);
  EXPECT_EQ(match.at("request").at("method"), (json{"retrieval", "random"}));
  EXPECT_TRUE(match.at("curve").empty()) << "no method says that it is to be refined";
  std::size_t drawn = 0;
  for (const json& candidate : match.at("candidates"))
    drawn += candidate.at("origin").get<std::string>().find(", draw ") != std::string::npos;
  EXPECT_GT(drawn, 0u);
  EXPECT_LT(drawn, match.at("candidates").size());
  const json refined = finished(
      startMatch({{"sound", sound}, {"method", "random+refine"}, {"renders", 24}, {"objective", "four"}}));
  ASSERT_EQ(refined.at("state"), "done") << refined.dump(1);
  EXPECT_FALSE(refined.at("curve").empty());
  const json unknown = {{"sound", sound}, {"libraries", {libraryId()}}, {"method", "guess"}};
  expectRefused(post("/matches", unknown), 400, "guess");
}

TEST_F(Match, WordsFindWhatALibraryOfClapHolds) {
  if (networksModule().empty()) GTEST_SKIP() << "built without networks";
  const fs::path model = places.folder / "models/clap-htsat-unfused";
  fs::create_directories(model);
  for (const char* name : {"config.json", "preprocessor_config.json", "model.safetensors", "tokenizer.json"})
    fs::copy_file(fs::path(PATCHPILOT_SOURCE_DIR "/tests/networks/fixtures/clap") / name, model / name);
  const ScopedVariable folder("PATCHPILOT_MODELS", (places.folder / "models").string());
  {
    const Synth synth(loadSpace("jx10"));
    LibrarySettings settings = librarySettings(synth);
    settings.embedders = {embedderInfo("clap")};
    settings.lengthSeconds = 0.3;
    settings.durationSeconds = 0.5;
    Library library = Library::create(places.folder / "heard.db", settings);
    buildLibrary(library, synth, {.count = 6, .workers = 1});
  }
  options.libraries = {(places.folder / "heard.db").string()};
  open();
  EXPECT_TRUE(get("/state").json().at("libraries").at(0).at("texts").get<bool>());
  const std::string id = startMatch({{"text", "warm analog brass"}, {"top", 3}});
  const json match = finished(id);
  ASSERT_EQ(match.at("state"), "done") << match.dump(1);
  EXPECT_EQ(match.at("name"), "warm analog brass");
  ASSERT_EQ(match.at("candidates").size(), 3u);
  const json& best = match.at("candidates")[0];
  EXPECT_TRUE(best.at("distance").is_null());
  EXPECT_GE(best.at("similarity"), match.at("candidates")[1].at("similarity"));
  const Answer played = post("/matches/" + id + "/candidates/1/render", json::object());
  EXPECT_EQ(played.body, getPlace(best.at("audio")).body) << "as its library heard it";
  EXPECT_EQ(played.header("X-Distance"), "");
  expectRefused(post("/matches", {{"near", {{"match", id}, {"rank", 1}}}}), 400, "drop a sound");
  expectRefused(get("/matches/" + id + "/target"), 404, "");
}

TEST_F(Match, OneFolderAndOnePortHaveOneServer) {
  open();
  EXPECT_THROW(WebServer{options}, Error);
  options.data = places.folder / "other";
  options.port = server->port();
  try {
    const WebServer second(options);
    FAIL() << "two servers at port " << options.port;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--port"), std::string::npos) << error.what();
  }
}

/// `patchpilot serve`, which says on stdout where it is.
class Served {
 public:
  Served(const TemporaryFolder& folder, const std::string& arguments) {
    const std::string command = fmt::format("cd {} && exec {}/patchpilot serve --port 0 {} 2>/dev/null",
                                            folder.path().string(), PATCHPILOT_BINARY_DIR, arguments);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    id = ::fork();
    if (id == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    std::FILE* out = ::fdopen(ends[0], "r");
    char line[256] = "";
    if (std::fgets(line, sizeof line, out))
      std::sscanf(line, "Patch Pilot is at http://127.0.0.1:%d/", &port);
    std::fclose(out);
  }
  ~Served() { end(SIGKILL); }

  int end(int signal) {
    if (id > 0) ::kill(id, signal);
    int status = 0;
    if (id > 0) ::waitpid(id, &status, 0);
    id = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// All processes below it.
  std::vector<int> descendants() const {
    std::vector<std::pair<int, int>> parents;
    for (const auto& process : fs::directory_iterator("/proc")) {
      std::ifstream stat(process.path() / "stat");
      std::string own, name, state;
      int parent = 0;
      if (stat >> own >> name >> state >> parent) parents.emplace_back(std::atoi(own.c_str()), parent);
    }
    std::vector<int> found{id};
    for (std::size_t i = 0; i < found.size(); ++i)
      for (const auto& [child, parent] : parents)
        if (parent == found[i]) found.push_back(child);
    found.erase(found.begin());
    return found;
  }

  int id = 0, port = 0;
};

TEST_F(Match, NothingIsLeftWhenTheServerIsKilledAndItsWorkReopens) {
  const std::string arguments = "--library jx10.db --data " + options.data.string();
  std::string id;
  const auto ask = [&](int port) {
    client = std::make_unique<httplib::Client>("127.0.0.1", port);
    client->set_read_timeout(120);
    api = "/api/v1";
  };
  {
    Served served(places.folder, arguments);
    ASSERT_GT(served.port, 0);
    ask(served.port);
    id = startMatch({{"sound", uploadTone()}, {"seconds", 3600}});
    httplib::Client stream("127.0.0.1", served.port);
    stream.set_read_timeout(120);
    std::string text;
    stream.Get(api + "/events", [&](const char* data, std::size_t length) {
      text.append(data, length);
      return text.find("\"state\":\"refining\"") == std::string::npos;
    });
    ASSERT_EQ(post("/matches/" + id + "/candidates/1/render", {{"note", 60}}).status, 200)
        << "a worker that waits for the next note";
    const std::vector<int> processes = served.descendants();
    EXPECT_GE(processes.size(), 4u) << "the match, its workers, and those that play";
    served.end(SIGKILL);
    for (const int process : processes) EXPECT_TRUE(hasEnded(process, 20'000)) << process;
  }
  Served again(places.folder, arguments);
  ASSERT_GT(again.port, 0);
  ask(again.port);
  const json match = get("/matches/" + id).json();
  EXPECT_EQ(match.at("state"), "stopped");
  ASSERT_EQ(match.at("candidates").size(), 5u);
  EXPECT_EQ(getPlace(match.at("candidates")[0].at("audio")).status, 200);
  for (const auto& entry : fs::recursive_directory_iterator(options.data / "matches"))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry;
  EXPECT_EQ(again.end(SIGINT), 0) << "Ctrl-C is how it ends";
}

TEST_F(Match, CtrlCEndsItWhileAPlugInTakesForeverToOpen) {
  const ScopedVariable hangs("PATCHPILOT_TEST_PLUGIN", "hang-on-load"),
      unseen("XDG_CACHE_HOME", (places.folder / "unseen").string());
  Served served(places.folder, "--data " + options.data.string());
  ASSERT_GT(served.port, 0);
  // The one that looks for synths, and the worker that has the plug-in.
  std::vector<int> processes;
  for (int i = 0; i < 6000 && (processes = served.descendants()).size() < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_GE(processes.size(), 2u);
  ::kill(served.id, SIGINT);
  EXPECT_TRUE(hasEnded(served.id, 30'000)) << "a worker is given twice as long to open a plug-in";
  EXPECT_EQ(served.end(SIGINT), 0);
  for (const int process : processes) EXPECT_TRUE(hasEnded(process, 30'000)) << process;
}

TEST_F(Match, ALibraryIsBuiltLookedAtAndHeard) {
  open();
  json state = get("/state").json();
  while (state.at("scanning").get<bool>()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    state = get("/state").json();
  }
  std::string synth;
  for (const json& one : state.at("synths"))
    if (one.at("name") == "MDA DX10") synth = one.at("id");
  ASSERT_FALSE(synth.empty()) << state.dump(1);
  const Answer begun = post("/libraries", {{"synth", synth}, {"name", "../Mine & yours"}, {"count", 40}});
  ASSERT_EQ(begun.status, 202) << begun.body;
  const json job = follow("/jobs/" + begun.json().at("job").get<std::string>() + "/events",
                          [](const json&) { return false; });
  EXPECT_EQ(job.at("state"), "done") << job;
  EXPECT_EQ(job.at("progress").at("done"), 40);
  const std::string place = "/libraries/" + begun.json().at("id").get<std::string>();
  const json points = get(place + "/map").json().at("points");
  ASSERT_EQ(points.size(), 40u);
  for (const json& point : points)
    for (const char* axis : {"x", "y", "z"}) EXPECT_TRUE(point.at(axis) >= 0 && point.at(axis) <= 1);
  const Answer heard = post(
      place + "/patches/" + std::to_string(points[3].at("patch").get<int>()) + "/render", {{"seconds", 0.5}});
  EXPECT_EQ(heard.status, 200) << heard.body.substr(0, 200);
  EXPECT_EQ(heard.body.substr(0, 4), "RIFF");
  expectRefused(post(place + "/patches/999/render", json::object()), 404, "999");
  expectRefused(post("/libraries", {{"synth", "0123456789abcdef"}}), 404, "0123456789abcdef");
  for (const auto& file : fs::directory_iterator(options.data / "libraries"))
    EXPECT_TRUE(file.path().filename().string().starts_with("---Mine---yours")) << file;
}

}  // namespace
}  // namespace patchpilot
