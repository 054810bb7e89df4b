#include "eval/lane.h"

#include "audio/file.h"
#include "audio/level.h"
#include "synth/voice_engine.h"
#include "temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace patchpilot {
namespace {

constexpr double kSeconds = 0.4;

/// Rows over sounds of the built-in engine.
class LaneTest : public ::testing::Test {
 protected:
  LaneTest() {
    options_.known = true;
    lane_.begin(own_, other_);
  }

  TargetEntry entry(const std::string& name, std::uint64_t index) const {
    VoiceEngine voice;
    const ParameterSpace& space = voice.space();
    TargetEntry entry{.name = name, .kind = "voice", .file = folder_ / (name + ".wav"), .note = 57};
    entry.lengthSeconds = kSeconds / 2;
    entry.space = space.name;
    const Patch patch = Patch::point(space.draw(99, index));
    for (std::size_t i = 0; i < space.parameters.size(); ++i)
      entry.parameters[space.parameters[i].key] = patch.values()[i];
    const AudioBuffer sound =
        renderAll(voice, {RenderJob{0, &patch, entry.played(), kSeconds}}).front().value();
    EXPECT_LT(peak(sound), 1) << "the file would cut it off";
    writeWav(entry.file, sound);
    return entry;
  }

  EvaluationResult run(EvaluationRow::Role role, const std::string& method = "", int renders = 0) {
    return lane_.run({.id = "row", .role = role, .method = method, .renders = renders}, std::nullopt);
  }

  TemporaryFolder folder_;
  EvaluationOptions options_;
  Sources sources_;
  std::mutex librariesInUse_;
  TargetEntry own_ = entry("own", 0), other_ = entry("other", 1);
  Lane lane_{options_, sources_, {std::make_shared<VoiceEngine>()}, librariesInUse_};
};

TEST_F(LaneTest, TheFloorOfABuiltInEngineIsTheSoundItself) {
  const EvaluationResult floor = run(EvaluationRow::Role::floor);
  EXPECT_TRUE(floor.found) << floor.problem;
  EXPECT_EQ(floor.problem, "");
  EXPECT_EQ(floor.renders, 5u);
  EXPECT_LT(floor.distances.at("mss"), 0.05);
  EXPECT_LT(floor.gainDb, 0.05);
}

TEST_F(LaneTest, AMethodIsJudgedByItsNearestAndThatPatchsParameters) {
  const EvaluationResult result = run(EvaluationRow::Role::baseline, "random", 40);
  ASSERT_TRUE(result.found) << result.problem;
  EXPECT_EQ(result.renders, 40u);
  EXPECT_TRUE(result.origin.starts_with("voice, draw ")) << result.origin;
  EXPECT_GT(result.distances.at("mss"), 0.5);
  ASSERT_TRUE(result.error && result.aligned);
  EXPECT_GT(*result.error->continuous, 0.05);
  EXPECT_FALSE(result.rank) << "no library holds the true patch";
  ASSERT_FALSE(result.trace.empty());
  EXPECT_NEAR(result.lengthPlayed, kSeconds / 2, 1e-9);
}

TEST_F(LaneTest, AMethodThatRefinesComesNearerWithAsManyRenders) {
  const EvaluationResult drawn = run(EvaluationRow::Role::baseline, "random", 300);
  const EvaluationResult refined = run(EvaluationRow::Role::method, "random+refine", 300);
  ASSERT_TRUE(drawn.found && refined.found);
  EXPECT_EQ(refined.renders, 300u);
  EXPECT_LT(refined.distances.at("mss"), drawn.distances.at("mss"));
  EXPECT_TRUE(std::is_sorted(refined.trace.begin(), refined.trace.end(),
                             [](const auto& a, const auto& b) { return a.renders < b.renders; }));
}

TEST_F(LaneTest, ARandomRowIsTheFirstPatchThatIsHeard) {
  const EvaluationResult result = run(EvaluationRow::Role::random);
  ASSERT_TRUE(result.found) << result.problem;
  EXPECT_GE(result.renders, 1u);
  EXPECT_EQ(result.origin, "voice, draw " + std::to_string(result.renders - 1));
}

// The answer to the other target is judged by the sound of this one.
TEST_F(LaneTest, AShuffledRowAnswersTheOtherTarget) {
  const EvaluationResult shuffled = run(EvaluationRow::Role::shuffled, "random+refine", 300);
  const EvaluationResult own = run(EvaluationRow::Role::method, "random+refine", 300);
  ASSERT_TRUE(shuffled.found && own.found);
  EXPECT_GT(shuffled.distances.at("mss"), own.distances.at("mss"));
  EXPECT_EQ(lane_.target().file, own_.file) << "rows that follow answer their own target again";
}

TEST_F(LaneTest, ATargetOfAPresetHasNoFloorOnABuiltInEngine) {
  own_.parameters.clear();
  own_.preset = folder_ / "own.vstpreset";
  lane_.begin(own_, other_);
  const EvaluationResult floor = run(EvaluationRow::Role::floor);
  EXPECT_FALSE(floor.found);
  EXPECT_NE(floor.problem.find("true patch is not known"), std::string::npos) << floor.problem;
}

TEST(TargetEntry, TheTruthIsAPatchOfItsOwnSpaceOverItsOwnBase) {
  VoiceEngine voice;
  TargetEntry entry;
  for (const ParameterSpec& parameter : voice.space().parameters) entry.parameters[parameter.key] = 0.5f;
  ASSERT_TRUE(entry.truth(voice));
  EXPECT_EQ(entry.truth(voice)->values(), std::vector<float>(voice.space().parameters.size(), 0.5f));
  entry.space = "another";
  EXPECT_FALSE(entry.truth(voice));
  entry.space = voice.space().name;
  EXPECT_TRUE(entry.truth(voice));
  entry.baseHash = "of a state";
  EXPECT_FALSE(entry.truth(voice)) << "a built-in engine has no base";
  entry.baseHash.clear();
  entry.parameters.erase(entry.parameters.begin());
  EXPECT_FALSE(entry.truth(voice));
}

}  // namespace
}  // namespace patchpilot
