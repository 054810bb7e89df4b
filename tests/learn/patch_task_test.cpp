#include "learn/patch_task.h"

#include "base/error.h"
#include "base/places.h"
#include "learn/candidate_builder.h"
#include "learn/task_run.h"
#include "learn/tasks.h"
#include "models/model_file.h"
#include "synth/voice_engine.h"
#include "test_support.h"
#include "tiny_models.h"

#include <cmath>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

/// Examples of the built-in synthesizer, which are made once for all tests.
class PatchTask : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (networksModule().empty()) GTEST_SKIP() << "built without networks";
  }

  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    VoiceEngine engine;
    ExampleBuildOptions options;
    options.count = 400;
    buildExamples({folder_->path()}, engine, options);
    if (networksModule().empty()) return;
    const fs::path flow = folder_->path() / "flow.safetensors";
    writeTinyModel(flow, "flow");
    CandidateBuildOptions candidates{flow, {}};
    candidates.build.count = 300;
    buildCandidates({folder_->path()}, engine, candidates);
  }
  static void TearDownTestSuite() { folder_.reset(); }

  /// A small network and few judged sounds, so that a training takes seconds.
  static Task smallTask() {
    for (Task task : tasks()) {
      if (task.name != GetParam()) continue;
      task.batchItems = 32;
      task.looks = 4;
      const std::string kind = task.name;
      task.makeData = [kind](const TaskOptions& options, const OnRenders&) {
        return patchData(kind, options.data, std::make_shared<VoiceEngine>(),
                         {6, kind == "regression" ? 1u : 3u, 64});
      };
      task.models.front().network.sizes = {{"token_width", "32"}, {"encoding", "64"}};
      return task;
    }
    ADD_FAILURE() << "there is no task " << GetParam();
    return {};
  }

  TaskOptions options(const std::string& name, int steps) const {
    TaskOptions options;
    options.data = folder_->path();
    options.out = own_ / (name + ".safetensors");
    options.steps = steps;
    return options;
  }

  TemporaryFolder own_;
  static std::unique_ptr<TemporaryFolder> folder_;
};

std::unique_ptr<TemporaryFolder> PatchTask::folder_;

TEST_P(PatchTask, LearnsAndSaysWhatItIs) {
  std::vector<TrainingMoment> moments;
  TaskObserver observer;
  observer.onTraining = [&](int, const TrainingMoment* moment) {
    if (moment != nullptr) moments.push_back(*moment);
  };
  const TaskReport report = runTask(smallTask(), options("model", 60), observer);
  ASSERT_TRUE(report.finished);
  EXPECT_LT(moments.back().score.loss, 0.9 * moments.front().score.loss);
  EXPECT_LT(report.score.worth, moments.front().score.worth);
  EXPECT_EQ(report.baselines.front().key, "random");
  const ModelAbout about = readModelAbout(Safetensors(own_ / "model.safetensors"));
  EXPECT_EQ(about.kind, GetParam());
  EXPECT_EQ(about.space, VoiceEngine().space().fingerprint());
  EXPECT_EQ(about.frontEnd, "network-features");
  EXPECT_NE(about.judged.find("mss_of_best"), std::string::npos) << about.judged;
}

TEST_P(PatchTask, GoesOnWhereItWasStoppedToTheSameFile) {
  ASSERT_TRUE(runTask(smallTask(), options("whole", 8), {}).finished);
  TaskOptions parts = options("parts", 8);
  std::stop_source stop;
  parts.stop = stop.get_token();
  TaskObserver stopAfter;
  stopAfter.onTraining = [&](int step, const TrainingMoment*) {
    if (step == 3) stop.request_stop();
  };
  EXPECT_FALSE(runTask(smallTask(), parts, stopAfter).finished);
  // What is best so far can be used meanwhile.
  const ModelAbout soFar = readModelAbout(Safetensors(modelSoFar(parts)));
  EXPECT_EQ(soFar.kind, GetParam());
  EXPECT_NE(soFar.judged.find("steps_so_far"), std::string::npos) << soFar.judged;
  parts.stop = {};
  EXPECT_TRUE(runTask(smallTask(), parts, {}).finished);
  EXPECT_FALSE(fs::exists(modelSoFar(parts)));
  EXPECT_EQ(readFile(own_ / "parts.safetensors"), readFile(own_ / "whole.safetensors"));
}

TEST_P(PatchTask, RefusesModelsAndFoldersThatAreNotThere) {
  TaskOptions wrong = options("model", 8);
  wrong.model = "huge";
  EXPECT_THROW(runTask(smallTask(), wrong, {}), Error);
  wrong = options("model", 8);
  wrong.data = own_.path();
  EXPECT_THROW(runTask(smallTask(), wrong, {}), Error);
}

INSTANTIATE_TEST_SUITE_P(Tasks, PatchTask, testing::Values("regression", "flow", "corrector"));

TEST(PatchData, SplitsFamiliesAndMasksWhatIsNotHeard) {
  const TemporaryFolder folder;
  auto engine = std::make_shared<VoiceEngine>();
  ExampleBuildOptions build;
  build.count = 120;
  buildExamples({folder.path()}, *engine, build);
  const auto data = patchData("regression", folder.path(), engine, {2, 1, 8});
  EXPECT_LT(data->items(), 120u);
  EXPECT_GT(data->items(), 100u);
  const std::size_t items[] = {0, 1, 2};
  const Batch batch = data->batch(items, 1);
  ASSERT_EQ(batch.tensors().size(), 4u);
  const auto width = std::size_t(batch.tensors()[2].shape[1]);
  EXPECT_EQ(width, 3u + 3u + 10u);
  // All is heard but what a gate closes, which no draw of this space does exactly.
  for (const float heard : batch.tensors()[3].values) EXPECT_EQ(heard, 1.0f);
  bool hasSections = false;
  for (const auto& [name, value] : data->sizes()) {
    if (name == "blocks") {
      EXPECT_EQ(value, "3c,3c,1,1,1,1,1,1,1,1,1,1");
    }
    if (name == "sections") hasSections = value == "0,1,2,3,4,5,6,7;8,9,10;11,12,13,14,15";
  }
  EXPECT_TRUE(hasSections);
}

}  // namespace
}  // namespace patchpilot
