#include "learn/note_task.h"

#include "base/error.h"
#include "base/places.h"
#include "data/example_builder.h"
#include "learn/task_run.h"
#include "learn/tasks.h"
#include "models/model_file.h"
#include "synth/voice_engine.h"
#include "test_support.h"

#include <algorithm>

namespace patchpilot {
namespace {

TEST(NoteTask, LearnsWhichNoteWasPlayed) {
  if (networksModule().empty()) GTEST_SKIP() << "built without networks";
  const TemporaryFolder folder;
  VoiceEngine engine;
  ExampleBuildOptions build;
  build.count = 300;
  buildExamples({folder.path()}, engine, build);
  TaskOptions options;
  options.data = folder.path();
  options.out = folder / "note.safetensors";
  options.steps = 120;
  options.sizes = {{"token_width", "32"}, {"encoding", "64"}};
  Task task = noteTask();
  task.batchItems = 32;
  task.looks = 4;
  task.fit.average = 0.9;
  std::vector<TrainingMoment> moments;
  TaskObserver observer;
  observer.onTraining = [&](int, const TrainingMoment* moment) {
    if (moment != nullptr) moments.push_back(*moment);
  };
  const TaskReport report = runTask(task, options, observer);
  ASSERT_TRUE(report.finished);
  // So few examples are soon known by heart: what is held back says little.
  EXPECT_LT(moments.back().trainingLoss, 0.8 * moments[1].trainingLoss);
  const auto figure = [](const Score& score, const std::string& name) {
    const auto found = std::find_if(score.figures.begin(), score.figures.end(),
                                    [&](const auto& one) { return one.first == name; });
    EXPECT_NE(found, score.figures.end()) << name;
    return found == score.figures.end() ? 0 : found->second;
  };
  ASSERT_EQ(report.baselines.size(), 1u);
  EXPECT_EQ(report.baselines[0].key, "unheard");
  for (const Score& score : {report.score, report.baselines[0].score}) {
    EXPECT_GE(figure(score, "note_right/4"), figure(score, "note_right/1"));
    EXPECT_EQ(figure(score, "surprise"), score.worth);
    EXPECT_GT(figure(score, "length_error_octaves"), 0);
  }
  const ModelAbout about = readModelAbout(Safetensors(options.out));
  EXPECT_EQ(about.kind, "note");
  EXPECT_EQ(about.space, engine.space().fingerprint());
  EXPECT_NE(about.judged.find("note_right"), std::string::npos) << about.judged;
}

TEST(NoteTask, RefusesAFolderWithoutExamples) {
  const TemporaryFolder empty;
  EXPECT_THROW(noteData(empty.path()), Error);
}

}  // namespace
}  // namespace patchpilot
