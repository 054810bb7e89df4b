#include "learn/embedder_task.h"

#include "base/error.h"
#include "base/places.h"
#include "embed/models.h"
#include "learn/made_up_groups.h"
#include "learn/task_run.h"
#include "models/model_file.h"
#include "test_support.h"

namespace patchpilot {
namespace {

class EmbedderTraining : public testing::Test {
 protected:
  void SetUp() override {
    if (networksModule().empty()) GTEST_SKIP() << "built without networks";
  }

  LoopOptions options(const std::string& name, int steps = 40) {
    LoopOptions options;
    options.checkpoint = folder_ / (name + ".checkpoint");
    options.settings = "settings";
    options.steps = steps;
    options.checkpointSeconds = 0;
    return options;
  }

  LoopResult train(
      const std::string& name, const LoopOptions& options,
      const OnTraining& onTraining = [](int, const TrainingMoment*) {}) {
    const auto trainer = makeTrainer(task_, options);
    const LoopResult result = trainLoop(task_, *data_, *trainer, options, onTraining);
    if (result.finished) {
      const auto metadata = metadataOf(data_->about());
      std::vector<Setting> about;
      for (const auto& [field, value] : metadata) about.push_back({field.c_str(), value.c_str()});
      trainer->write((folder_ / (name + ".safetensors")).c_str(), about);
    }
    return result;
  }
  LoopResult train(const std::string& name, int steps = 40) { return train(name, options(name, steps)); }

  static double figure(const TrainingMoment& moment, const std::string& name) {
    for (const auto& [own, value] : moment.score.figures)
      if (own == name) return value;
    ADD_FAILURE() << "there is no figure " << name;
    return NAN;
  }

  std::string refusal(const std::string& name, const LoopOptions& options) {
    try {
      train(name, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return error.what();
    }
    return "none";
  }

  void describe(const std::string& name, int dimension = 8) {
    writeFileAtomically(
        folder_ / (name + ".toml"),
        fmt::format("format = 1\nkind = \"trained\"\nversion = 1\ndimension = {}\nsynth = \"x\"\n",
                    dimension));
  }

  std::string refusalToMake(const std::string& name) {
    try {
      makeEmbedder(name);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return error.what();
    }
    return "none";
  }

  static Task smallTask() {
    Task task = embedderTask();
    task.network.sizes = {{"hidden", "16"}, {"dimension", "8"}, {"dropout", "0.4"}};
    return task;
  }

  TemporaryFolder folder_;
  Task task_ = smallTask();
  std::unique_ptr<TaskData> data_ = embedderData(madeUpData(), {"made up", "x", "X"}, 8);
  ScopedVariable models_{"PATCHPILOT_MODELS", folder_.path().string()};
};

TEST_F(EmbedderTraining, FindsWhatMattersInPatchesThatWereHeldBack) {
  const LoopResult result = train("a", 120);
  ASSERT_TRUE(result.finished);
  const TrainingMoment &first = result.curve.front(), &last = result.curve.back();
  EXPECT_LT(last.score.loss, 0.5 * first.score.loss);
  const double oracle = figure(last, "oracle_mss");
  EXPECT_LT(figure(last, "mss_of_best/1") - oracle, 0.5 * (figure(first, "mss_of_best/1") - oracle));
  EXPECT_GT(figure(last, "recall/1"), 0.5);
}

TEST_F(EmbedderTraining, IsTheSameForASeedAndAnotherForAnother) {
  train("a");
  train("b");
  LoopOptions other = options("c");
  other.seed = 2;
  train("c", other);
  EXPECT_EQ(readFile(folder_ / "a.safetensors"), readFile(folder_ / "b.safetensors"));
  EXPECT_NE(readFile(folder_ / "a.safetensors"), readFile(folder_ / "c.safetensors"));
}

TEST_F(EmbedderTraining, GoesOnWhereItWasStopped) {
  train("a");
  for (const int at : {1, 17, 30}) {
    std::stop_source stop;
    LoopOptions stopped = options("b");
    stopped.stop = stop.get_token();
    const OnTraining stopAfter = [&](int step, const TrainingMoment*) {
      if (step == at) stop.request_stop();
    };
    EXPECT_FALSE(train("b", stopped, stopAfter).finished);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "b.safetensors"));
    const LoopResult rest = train("b");
    EXPECT_TRUE(rest.finished);
    EXPECT_EQ(rest.curve.size(), 41u);
    EXPECT_EQ(readFile(folder_ / "a.safetensors"), readFile(folder_ / "b.safetensors")) << at;
    std::filesystem::remove(folder_ / "b.safetensors");
    std::filesystem::remove(folder_ / "b.checkpoint");
  }
}

TEST_F(EmbedderTraining, EndsEarlyIfItIsToldTo) {
  task_.patience = 2;
  task_.fit.rate = 0;  // nothing gets better
  const LoopResult result = train("a");
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.curve.size(), 3u);
  EXPECT_EQ(result.bestStep, 0);
}

TEST_F(EmbedderTraining, BeginsWithTheWeightsOfAnother) {
  const LoopResult first = train("a", 120);
  LoopOptions next = options("b", 3);
  next.start = folder_ / "a.safetensors";
  const LoopResult second = train("b", next);
  EXPECT_NEAR(second.curve.front().score.loss, first.best().score.loss, 0.05);
}

TEST_F(EmbedderTraining, RefusesAnotherRunsCheckpointAndADamagedOne) {
  train("a", 3);
  LoopOptions other = options("a", 3);
  other.settings = "others";
  const std::string file = other.checkpoint.string();
  EXPECT_EQ(
      refusal("a", other),
      file + " is of a training with other data or options; remove it to begin anew, or name another --out");
  Bytes bytes = readFile(file);
  bytes.resize(bytes.size() / 2);
  writeFileAtomically(file, bytes);
  EXPECT_NE(refusal("a", options("a", 3)).find("it should hold"), std::string::npos);
}

TEST_F(EmbedderTraining, WhatItWritesIsAnEmbedderThatKnowsTheNote) {
  train("a");
  describe("a");
  const auto embedder = makeEmbedder("a");
  EXPECT_EQ(embedder->dimension(), 8);
  std::vector<float> sound(30000), untold(8), low(8), high(8), again(8);
  SplitMix64 random(3);
  for (float& sample : sound) sample = float(random.uniform() - 0.5);
  embedder->embed(sound, sound, untold);
  embedder->embedNote(sound, sound, 40, low);
  embedder->embedNote(sound, sound, 70, high);
  embedder->embedNote(sound, sound, 40, again);
  EXPECT_EQ(low, again);
  EXPECT_NE(low, high);
  EXPECT_NE(low, untold);
  for (const int note : {0, 127}) embedder->embedNote(sound, sound, note, high);  // all keys there are
}

TEST_F(EmbedderTraining, WeightsOfAnotherImageOrDimensionAreRefused) {
  train("a");
  describe("a", 9);
  const std::string file = (folder_ / "a.safetensors").string();
  EXPECT_EQ(refusalToMake("a"), file + ": its vectors have 8 values, its TOML file says 9");
  describe("a");
  Safetensors old(folder_ / "a.safetensors");
  std::vector<StoredTensor> tensors;
  for (const auto& [name, tensor] : old.tensors()) {
    tensors.push_back({name, tensor.shape, {}, true});
    tensors.back().values.resize((tensor.end - tensor.begin) / 2);
    old.read(name, tensor.shape, tensors.back().values);
  }
  writeSafetensors(file, tensors, {{"image", "0"}});
  EXPECT_EQ(refusalToMake("a"), file +
                                    ": it was trained on sound-image of version 0, this program makes "
                                    "version 1; train it again");
  writeSafetensors(file, tensors, {});
  EXPECT_EQ(refusalToMake("a"),
            file + ": this is no file of 'patchpilot train': its metadata lack patchpilot_model");
  tensors.erase(tensors.begin());
  writeSafetensors(file, tensors, {{"image", "1"}});
  EXPECT_NE(refusalToMake("a").find("is missing"), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
