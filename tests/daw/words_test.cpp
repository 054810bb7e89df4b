#include "daw/words.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

MatchedCandidate example() {
  MatchedCandidate candidate;
  candidate.origin = "jx10.db, patch 3";
  candidate.distance = 3.14;
  candidate.distances = {{"mss", 1.9}, {"rms", 0.987}, {"sot", 0.0521}, {"wmfcc", 12.3}};
  candidate.note = 57;
  return candidate;
}

TEST(Words, TellOfACandidate) {
  SessionView view;
  view.match.emplace();
  view.match->target = MatchedTarget{57, "A3", 0.7, 0, 1};
  EXPECT_EQ(metricsText(example(), view), "mss 1.90, rms 0.99, sot 0.05, wmfcc 12.30");
  view.metrics = {{"mss", "MSS", 2}, {"wmfcc", "wMFCC", 2}, {"sot", "SOT", 3}, {"other", "Other", 1}};
  EXPECT_EQ(metricsText(example(), view), "MSS 1.90, wMFCC 12.30, SOT 0.052");
  EXPECT_EQ(distanceText(example()), "3.1");
  EXPECT_EQ(originText(example(), view), "jx10.db, patch 3");
  view.match->target->note = 45;
  EXPECT_EQ(originText(example(), view), "jx10.db, patch 3, at A3");
}

TEST(Words, TellHowAMatchGoes) {
  SessionView view;
  EXPECT_EQ(statusText(view), "");
  EXPECT_LT(progressOf(view), 0);
  view.asked = true;
  EXPECT_EQ(statusText(view), "Sending the sound");
  view.match.emplace();
  const auto says = [&](const char* state) {
    view.match->state = state;
    return statusText(view);
  };
  EXPECT_EQ(says("queued"), "Waiting for its turn");
  view.match->position = 2;
  EXPECT_EQ(says("queued"), "Waiting, number 2 in the queue");
  EXPECT_EQ(says("searching"), "Searching the library");
  EXPECT_EQ(says("ranking"), "Listening to what was found");
  view.match->provisional = true;
  EXPECT_EQ(says("ranking"), "These are the first; listening to the others");
  EXPECT_EQ(says("refining"), "Refining");
  view.match->secondsLeft = 65;
  view.match->done = 30;
  view.match->total = 120;
  EXPECT_EQ(says("refining"), "Refining, 1 min 5 s left");
  EXPECT_EQ(progressOf(view), 0.25);
  view.asked = false;
  EXPECT_EQ(says("done"), "Nothing was found");
  view.match->candidates = {example()};
  EXPECT_EQ(says("done"), "Done");
  EXPECT_EQ(says("stopped"), "Stopped");
  EXPECT_EQ(says("failed"), "It failed");
}

TEST(Words, TellWhatIsMissing) {
  SessionView view;
  EXPECT_EQ(missingText(view), "First a sound.");
  view.sound = std::make_shared<TakenSound>();
  EXPECT_EQ(missingText(view), "") << "the server is started by Match";
  view.link = ServerLink::connected;
  EXPECT_NE(missingText(view).find("no library"), std::string::npos);
  view.libraries = {{.id = "a", .patches = 3}};
  EXPECT_EQ(missingText(view), "");
}

TEST(Words, TellOfTheServer) {
  SessionView view;
  for (const auto link : {ServerLink::unknown, ServerLink::missing, ServerLink::noProgram,
                          ServerLink::starting, ServerLink::connected}) {
    view.link = link;
    EXPECT_NE(linkText(view), "");
  }
}

TEST(SearchedLibraries, AreTheChosenOnesOrTheFirst) {
  SessionView view;
  view.libraries = {{.id = "a", .problem = "gone"}, {.id = "b", .patches = 3}, {.id = "c", .patches = 4}};
  ASSERT_EQ(view.searched().size(), 1u);
  EXPECT_EQ(view.searched()[0]->id, "b");
  view.chosen = {"c", "a"};
  ASSERT_EQ(view.searched().size(), 1u);
  EXPECT_EQ(view.searched()[0]->id, "c");
}

}  // namespace
}  // namespace patchpilot
