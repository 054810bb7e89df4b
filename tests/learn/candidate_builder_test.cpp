#include "learn/candidate_builder.h"

#include "base/error.h"
#include "base/places.h"
#include "data/network_features.h"
#include "data/shard.h"
#include "synth/voice_engine.h"
#include "test_support.h"
#include "tiny_models.h"

#include <algorithm>

namespace patchpilot {
namespace {

TEST(Mutated, MovesSomeParametersWithinTheirRanges) {
  const VoiceEngine engine;
  const ParameterSpace& space = engine.space();
  SplitMix64 random(3);
  std::size_t moved = 0;
  for (int i = 0; i < 200; ++i) {
    const std::vector<float> own = space.draw(1, std::uint64_t(i)), other = mutated(space, own, random);
    std::size_t differing = 0;
    for (std::size_t k = 0; k < own.size(); ++k) {
      EXPECT_GE(other[k], space.parameters[k].min);
      EXPECT_LE(other[k], space.parameters[k].max);
      differing += other[k] != own[k];
    }
    EXPECT_LE(differing, 12u);
    moved += differing;
  }
  EXPECT_GT(moved, 200u);
  EXPECT_LT(moved, 800u);
}

class Candidates : public testing::Test {
 protected:
  void SetUp() override {
    if (networksModule().empty()) GTEST_SKIP() << "built without networks";
    ExampleBuildOptions build;
    build.count = 80;
    buildExamples(examples_, engine_, build);
    writeTinyModel(model_, "flow");
    options_.model = model_;
    options_.build.count = 60;
  }

  TemporaryFolder own_;
  ExampleSetFolder examples_{own_.path()};
  std::filesystem::path model_ = own_ / "flow.safetensors";
  VoiceEngine engine_;
  CandidateBuildOptions options_;
};

TEST_F(Candidates, AreOfTheSoundsNotesAndFamilies) {
  EXPECT_TRUE(buildCandidates(examples_, engine_, options_));
  const ShardSet sounds(examples_.shardFiles()), candidates(candidateFolder(examples_).shardFiles());
  ASSERT_EQ(candidates.size(), 60u);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const ExampleView candidate = candidates.at(i), sound = sounds.at(std::size_t(candidate.number()));
    EXPECT_EQ(candidate.family(), sound.family());
    EXPECT_EQ(candidate.note().midi, sound.note().midi);
    EXPECT_EQ(candidate.note().velocity, sound.note().velocity);
    EXPECT_EQ(candidate.note().lengthSeconds, sound.note().lengthSeconds);
    equal += std::equal(candidate.values().begin(), candidate.values().end(), sound.values().begin());
  }
  EXPECT_LT(equal, 6u);  // a step of a stepped parameter may round to nothing
}

TEST_F(Candidates, GoOnToTheSameFileAndEndWithTheSounds) {
  EXPECT_TRUE(buildCandidates(examples_, engine_, options_));
  const auto whole = readFile(candidateFolder(examples_).shardFile(0));
  std::filesystem::remove_all(candidateFolder(examples_).path);
  options_.build.count = 25;
  EXPECT_TRUE(buildCandidates(examples_, engine_, options_));
  options_.build.count = 60;
  EXPECT_TRUE(buildCandidates(examples_, engine_, options_));
  EXPECT_EQ(readFile(candidateFolder(examples_).shardFile(0)), whole);
  options_.build.count = 1000;
  EXPECT_TRUE(buildCandidates(examples_, engine_, options_));
  EXPECT_LE(ShardSet(candidateFolder(examples_).shardFiles()).size(), 80u);
}

TEST_F(Candidates, RefuseOtherModelsAndOtherCandidates) {
  EXPECT_TRUE(buildCandidates(examples_, engine_, options_));
  options_.build.seed = 2;
  EXPECT_THROW(buildCandidates(examples_, engine_, options_), Error);
  options_.build.seed = 1;
  writeTinyModel(model_, "regression");
  EXPECT_THROW(buildCandidates(examples_, engine_, options_), Error);
  writeTinyModel(model_, "flow", "another space");
  EXPECT_THROW(buildCandidates(examples_, engine_, options_), Error);
}

}  // namespace
}  // namespace patchpilot
