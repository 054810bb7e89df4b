#include "daw/project_state.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchpilot {
namespace {

ProjectState example() {
  ProjectState state;
  state.parameters = {{"candidate", 0.25f}, {"listen", 1.0f}};
  state.libraries = {"0123456789abcdef"};
  state.soundName = "Träck";
  AudioBuffer sound(2, 44100);
  for (std::size_t i = 0; i < sound.frames(); ++i) {
    sound.channel(0)[i] = 0.3f * float(std::sin(0.03 * double(i)));
    sound.channel(1)[i] = 0.2f * float(std::sin(0.05 * double(i)));
  }
  state.sound = encodeFlac(sound.channel(0), sound.channel(1));
  state.part = {0.25, 0.5};
  state.timelineSeconds = 12.5;
  state.match = "fedcba9876543210";
  state.target = MatchedTarget{57, "A3", 0.9, 0.26, 0.49};
  MatchedCandidate candidate;
  candidate.name = "Bass";
  candidate.synth = "MDA JX10";
  candidate.distance = 3.5;
  candidate.presets = {{"/api/v1/a", "01.lv2", "lv2"}};
  state.candidates = {candidate};
  return state;
}

std::string refusalOf(const std::vector<std::uint8_t>& bytes) {
  try {
    unpackProjectState(bytes);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    return error.what();
  }
}

TEST(ProjectState, IsReadAsItWasWritten) {
  const ProjectState state = example();
  const auto bytes = packProjectState(state);
  const ProjectState read = unpackProjectState(bytes);
  EXPECT_EQ(read.parameters, state.parameters);
  EXPECT_EQ(read.libraries, state.libraries);
  EXPECT_EQ(read.soundName, state.soundName);
  EXPECT_EQ(read.sound.bytes, state.sound.bytes);
  EXPECT_EQ(read.sound.scale, state.sound.scale);
  EXPECT_EQ(read.part, state.part);
  EXPECT_EQ(read.timelineSeconds, state.timelineSeconds);
  EXPECT_EQ(read.match, state.match);
  ASSERT_TRUE(read.target);
  EXPECT_EQ(read.target->noteName, "A3");
  EXPECT_EQ(read.target->startSeconds, 0.26);
  EXPECT_EQ(read.candidates, state.candidates);
  EXPECT_EQ(packProjectState(read), bytes);
}

TEST(ProjectState, OfNothingIsSmall) {
  const auto bytes = packProjectState({});
  EXPECT_LT(bytes.size(), 200u);
  const ProjectState read = unpackProjectState(bytes);
  EXPECT_TRUE(read.sound.bytes.empty());
  EXPECT_TRUE(read.candidates.empty());
  EXPECT_FALSE(read.target);
}

TEST(ProjectState, RefusesEveryDamage) {
  const auto whole = packProjectState(example());
  for (std::size_t at = 0; at < whole.size(); at += at < 400 ? 1 : 97) {
    auto damaged = whole;
    damaged[at] ^= 0x10;
    EXPECT_NE(refusalOf(damaged), "") << "byte " << at;
  }
  for (const std::size_t length :
       {std::size_t(0), std::size_t(5), std::size_t(26), whole.size() / 2, whole.size() - 1})
    EXPECT_NE(refusalOf({whole.begin(), whole.begin() + std::ptrdiff_t(length)}).find("damaged"),
              std::string::npos)
        << length;
  auto longer = whole;
  longer.push_back(0);
  EXPECT_NE(refusalOf(longer).find("damaged"), std::string::npos);
}

TEST(ProjectState, SaysThatANewerVersionWroteIt) {
  auto bytes = packProjectState({});
  bytes[14] = 2;
  EXPECT_NE(refusalOf(bytes).find("newer Patch Pilot (format 2, this one reads 1)"), std::string::npos)
      << refusalOf(bytes);
}

TEST(ProjectState, RefusesValuesThatCannotBe) {
  ProjectState state = example();
  state.parameters["listen"] = 3;
  EXPECT_NE(refusalOf(packProjectState(state)), "");
  state = example();
  state.part.seconds = -1;
  EXPECT_NE(refusalOf(packProjectState(state)), "");
  state = example();
  state.sound.scale = 0;
  EXPECT_NE(refusalOf(packProjectState(state)), "");
  state = example();
  state.target->seconds = 1e9;
  EXPECT_NE(refusalOf(packProjectState(state)), "");
}

}  // namespace
}  // namespace patchpilot
