#include "wire/job_messages.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <set>

namespace patchpilot {
namespace {

using nlohmann::json;

/// One message of each kind, with every field set.
std::vector<JobRequest> requests() {
  MatchJob match;
  match.request.sound = "s";
  match.request.libraries = {"l"};
  match.request.note = 60;
  match.request.seconds = 2.5;
  match.request.bpm = 140;
  match.request.near = NearRequest{"m", 2, 3, {"cutoff"}, {{"level", 0.5f}}};
  match.sound = "/data/sound.wav";
  match.libraries = {"/data/a.db", "/data/b.db"};
  match.nearPatches = "/data/near.bin";
  match.folder = "/data/m";
  match.name = "a name.wav";
  match.generation = 4;
  match.workers = 2;
  return {DecodeJob{"in.flac", "out.wav"},
          match,
          TextJob{"warm \"brass\"\n", {"a.db"}, "/m", 3, 1, 2, 97.5},
          BuildJob{"a.db", "", "VST3", "id", "Synth", 3000, 140},
          ScanJob{},
          StopJob{}};
}

std::vector<JobEvent> events() {
  const TargetFacts target{0.5, 2, 57, 0.9, {{45, 0.1}}, 1.25, {"quiet"}};
  CandidateFacts found{1,   "S", "s", "patch 1", 57,        100,      0.8,       {{"mss", 1.5}},
                       -3., {},  {},  "01.wav",  "01.json", "01.txt", {"01.lv2"}};
  found.distance = 12.5;
  CandidateFacts text = found;
  text.rank = 2;
  text.distances.clear();
  text.distance.reset();
  text.gainDb.reset();
  text.similarity = 0.3;
  text.bpm = 140;
  text.unlike = Unlike{1, {"Cutoff"}};
  return {TargetRead{target},
          RankingProgress{3, 50},
          CandidatesWritten{2, {{found, text}, true, "mss"}},
          RefiningProgress{100, 2.5, 12.5, 1.25, 0.5, 2.5},
          RefiningProgress{100, 2.5, 12.5, 1.25, 0, {}},
          RendersSkipped{2, "crashed"},
          Remark{"a line"},
          BuildProgressed{40},
          Decoded{1.5, 44100, 2},
          Matched{true},
          Built{false, 40},
          Scanned{{{"S", "V", "1.0", "LV2", "urn:s", "/lv2", 12}}},
          JobFailed{"no such file"}};
}

TEST(JobMessages, AreReadAsTheyWereWritten) {
  std::set<std::size_t> kinds;
  for (const JobRequest& request : requests()) {
    const JobRequest read = jobRequestFrom(toJson(request));
    EXPECT_EQ(read.index(), request.index());
    EXPECT_EQ(toJson(read), toJson(request));
    kinds.insert(request.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<JobRequest>);
  kinds.clear();
  for (const JobEvent& event : events()) {
    const JobEvent read = jobEventFrom(toJson(event));
    EXPECT_EQ(read.index(), event.index());
    EXPECT_EQ(toJson(read), toJson(event));
    kinds.insert(event.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<JobEvent>);
}

/// Each field in turn is taken out, or is of another type.
template <typename Message, typename Decode>
void expectErrorsOnly(const std::vector<Message>& messages, Decode decode) {
  for (const Message& message : messages) {
    const json whole = toJson(message);
    for (const auto& [key, value] : whole.items())
      for (const json& wrong : {json(), json(-1.5), json("text"), json::array({1}), json::object()}) {
        json changed = whole;
        changed[key] = wrong;
        try {
          decode(changed);
        } catch (const Error&) {
        }
      }
  }
  for (const json& none : {json(), json("text"), json::array(), json::object(), json{{"type", "unknown"}}})
    EXPECT_THROW(decode(none), Error) << none;
}

TEST(JobMessages, WhatCannotBeReadIsAnError) {
  expectErrorsOnly(requests(), jobRequestFrom);
  expectErrorsOnly(events(), jobEventFrom);
  json target = toJson(JobEvent(TargetRead{}));
  target["target"]["note"] = 200;
  EXPECT_THROW(jobEventFrom(target), Error);
  json written = toJson(events()[2]);
  written["candidates"][0].erase("files");
  EXPECT_THROW(jobEventFrom(written), Error);
}

TEST(JobMessages, OnlyTheLastEndsAJob) {
  std::size_t last = 0;
  for (const JobEvent& event : events()) last += isLast(event);
  EXPECT_EQ(last, 5u) << "decoded, matched, built, scanned, failed";
}

}  // namespace
}  // namespace patchpilot
