#include "client/answers.h"

#include "base/error.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Answers, SayWhatIsUnexpectedInOneLine) {
  for (const char* text : {"", "[]", "{}", "{\"id\": 3}", "<html>", "{\"version\": \"1\""}) {
    EXPECT_THROW(serverStateFrom(text), Error) << text;
    EXPECT_THROW(serverMatchFrom(text), Error) << text;
    EXPECT_THROW(idFrom(text), Error) << text;
  }
  try {
    idFrom("{}");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("unexpected"), std::string::npos) << error.what();
  }
}

TEST(Answers, IgnoreWhatANewerServerAdds) { EXPECT_EQ(idFrom("{\"id\": \"a\", \"more\": [1]}"), "a"); }

TEST(Answers, TakeTheMessageOfARefusal) {
  EXPECT_EQ(problemFrom("{\"error\": {\"message\": \"no such sound\", \"code\": \"not-found\"}}"),
            "no such sound");
  EXPECT_EQ(problemFrom("plain\ntext"), "plain text");
  EXPECT_EQ(problemFrom("{\"error\": 7}"), "{\"error\": 7}");
}

TEST(Candidates, AreReadAsTheyWereWritten) {
  MatchedCandidate one;
  one.rank = 2;
  one.name = "Bass";
  one.synth = "MDA JX10";
  one.origin = "jx10.db, patch 3";
  one.distance = 1.25;
  one.distances = {{"mss", 1.5}, {"rms", 0.9}};
  one.note = 36;
  one.audio = "/api/v1/matches/a/candidates/2/audio?g=1";
  one.install = "/api/v1/matches/a/candidates/2/install?g=1";
  one.presets = {{"/api/v1/x", "02.lv2", "lv2"}};
  MatchedCandidate other = one;
  other.distance.reset();
  other.gainDb = -3.5;
  const std::vector<MatchedCandidate> candidates = {one, other};
  EXPECT_EQ(candidatesFrom(candidatesText(candidates)), candidates);
  EXPECT_TRUE(candidatesFrom("[]").empty());
  EXPECT_THROW(candidatesFrom("[1]"), Error);
}

}  // namespace
}  // namespace patchpilot
