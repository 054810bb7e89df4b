#include "data/example_builder.h"
#include "data/network_features.h"
#include "synth/voice_engine.h"
#include "test_support.h"

#include "base/error.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

ExampleBuildOptions optionsFor(std::size_t count) {
  ExampleBuildOptions options;
  options.count = count;
  options.seed = 7;
  return options;
}

ExampleSetFolder build(const fs::path& folder, std::size_t count) {
  fs::create_directories(folder);
  VoiceEngine engine;
  const ExampleSetFolder set{folder};
  EXPECT_TRUE(buildExamples(set, engine, optionsFor(count)));
  return set;
}

TEST(BuildExamples, KeepsPatchNoteAndFeaturesOfEachSound) {
  const TemporaryFolder folder;
  const ExampleSetFolder set = build(folder / "set", 12);
  VoiceEngine engine;
  const ShardSet shards(set.shardFiles());
  ASSERT_EQ(shards.size(), 12u);
  EXPECT_EQ(spaceOf(set.about(), set.path).fingerprint(), engine.space().fingerprint());
  const ExampleView view = shards.at(5);
  const Patch patch = Patch::point({view.values().begin(), view.values().end()});
  const auto sound = renderAll(engine, {RenderJob{0, &patch, view.note(), 4}}).front();
  const NetworkFeatures features = NetworkFeatureExtractor()(sound->channel(0), sound->channel(1));
  const NetworkFeaturesView kept = networkFeaturesOf(view);
  EXPECT_TRUE(std::equal(kept.picture.begin(), kept.picture.end(), features.picture.begin()));
  EXPECT_TRUE(std::equal(kept.modulation.begin(), kept.modulation.end(), features.modulation.begin()));
  EXPECT_EQ(kept.level[0], features.level[0]);
}

TEST(BuildExamples, GoesOnAfterAKillToTheSameFiles) {
  const TemporaryFolder folder;
  const ExampleSetFolder whole = build(folder / "whole", 12), parts{folder / "parts"};
  fs::create_directories(parts.path);
  // Killed in the middle of a record, at several places.
  const std::size_t recordBytes = fs::file_size(whole.shardFile(0)) / 12;
  for (const std::size_t examples : {4, 7}) {
    build(parts.path, examples);
    fs::resize_file(parts.shardFile(0), fs::file_size(parts.shardFile(0)) - recordBytes / 3);
  }
  build(parts.path, 12);
  EXPECT_EQ(readFile(parts.shardFile(0)), readFile(whole.shardFile(0)));
  EXPECT_EQ(readFile(parts.aboutFile()), readFile(whole.aboutFile()));
}

/// Every second patch is silent at first, and sounds only later.
class LateEngine : public VoiceEngine {
 public:
  void render(const NextJob& next, const JobDone& done, const GoOn& goOn, std::stop_token stop) override {
    const auto late = [&](std::uint64_t tag, const StereoView& part) {
      const std::vector<float> nothing(part.left.size());
      return goOn(tag, tag % 2 == 0 ? part : StereoView{nothing, nothing});
    };
    VoiceEngine::render(next, done, late, stop);
  }
};

TEST(BuildExamples, LeavesOutWhatIsSilentAtFirstAndDoesNotRenderItToItsEnd) {
  const TemporaryFolder folder;
  LateEngine engine;
  ExampleBuildOptions options = optionsFor(6);
  ExampleBuildProgress last;
  options.onProgress = [&](const ExampleBuildProgress& progress) { last = progress; };
  const ExampleSetFolder set{folder.path()};
  ASSERT_TRUE(buildExamples(set, engine, options));
  const ShardSet shards(set.shardFiles());
  ASSERT_EQ(shards.size(), 6u);
  for (std::size_t i = 0; i < shards.size(); ++i) EXPECT_EQ(shards.at(i).number() % 2, 0u);
  EXPECT_GE(last.silent, 5u);
  EXPECT_EQ(last.failed, 0u);
}

TEST(BuildExamples, StopsWhenItIsTold) {
  const TemporaryFolder folder;
  VoiceEngine engine;
  std::stop_source stop;
  ExampleBuildOptions options = optionsFor(50);
  options.stop = stop.get_token();
  options.onProgress = [&](const ExampleBuildProgress& progress) {
    if (progress.examples >= 3) stop.request_stop();
  };
  const ExampleSetFolder set{folder.path()};
  EXPECT_FALSE(buildExamples(set, engine, options));
  EXPECT_EQ(ShardSet(set.shardFiles()).size(), 3u);
}

TEST(BuildExamples, RefusesAFolderOfOtherExamples) {
  const TemporaryFolder folder;
  const ExampleSetFolder set = build(folder / "set", 2);
  VoiceEngine engine;
  ExampleBuildOptions options = optionsFor(3);
  options.seed = 8;
  try {
    buildExamples(set, engine, options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("its seed is '7', asked for is '8'"), std::string::npos)
        << error.what();
  }
  options = optionsFor(3);
  options.protocol = "other";
  EXPECT_THROW(buildExamples(set, engine, options), Error);
}

TEST(BuildExamples, DrawsNotesAsAProtocolSays) {
  const TemporaryFolder folder;
  VoiceEngine engine;
  ExampleBuildOptions options = optionsFor(6);
  options.protocol = "synth-permutations";
  const ExampleSetFolder set{folder.path()};
  ASSERT_TRUE(buildExamples(set, engine, options));
  const ShardSet shards(set.shardFiles());
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const ExampleView view = shards.at(i);
    EXPECT_GE(view.note().midi, 48);
    EXPECT_LE(view.note().midi, 72);
    EXPECT_EQ(view.note().velocity, 100);
    EXPECT_LE(view.onsetSeconds() + view.note().lengthSeconds, 4.0 + 1e-9);
    EXPECT_GT(view.onsetSeconds(), 0);
  }
}

}  // namespace
}  // namespace patchpilot
