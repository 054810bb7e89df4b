#include "networks/trainer.h"

#include "base/error.h"
#include "embed/models.h"
#include "made_up_groups.h"
#include "test_support.h"

#include <ATen/Parallel.h>

namespace patchpilot {
namespace {

class Training : public testing::Test {
 protected:
  ~Training() override { at::set_num_threads(1); }

  TrainingOptions options(const std::string& name, int steps = 40) {
    TrainingOptions options;
    options.out = folder_ / (name + ".safetensors");
    options.checkpoint = folder_ / (name + ".checkpoint");
    options.settings = "settings";
    options.steps = steps;
    options.hidden = 16;
    options.dimension = 8;
    options.checkpointSeconds = 0;
    return options;
  }

  TrainingResult train(const TrainingOptions& options) {
    return Trainer(data_, options).run([](int, const TrainingMoment*) {});
  }

  std::string refusal(const TrainingOptions& options) {
    try {
      train(options);
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

  TemporaryFolder folder_;
  TrainingData data_ = madeUpData();
  ScopedVariable models_{"PATCHPILOT_MODELS", folder_.path().string()};
};

TEST_F(Training, FindsWhatMattersInPatchesThatWereHeldBack) {
  const TrainingResult result = train(options("a", 120));
  ASSERT_TRUE(result.finished);
  const TrainingMoment &first = result.curve.front(), &last = result.curve.back();
  EXPECT_LT(last.validationLoss, 0.5 * first.validationLoss);
  EXPECT_LT(last.judgement.best[0] - last.judgement.oracle,
            0.5 * (first.judgement.best[0] - first.judgement.oracle));
  EXPECT_GT(last.judgement.recall[0], 0.5);
}

TEST_F(Training, IsTheSameForASeedAndAnotherForAnother) {
  train(options("a"));
  train(options("b"));
  TrainingOptions other = options("c");
  other.seed = 2;
  train(other);
  EXPECT_EQ(readFile(folder_ / "a.safetensors"), readFile(folder_ / "b.safetensors"));
  EXPECT_NE(readFile(folder_ / "a.safetensors"), readFile(folder_ / "c.safetensors"));
}

TEST_F(Training, GoesOnWhereItWasStopped) {
  train(options("a"));
  for (const int at : {1, 17, 30}) {
    TrainingOptions stopped = options("b");
    int asked = 0;
    stopped.stopped = [&] { return ++asked > at; };
    const TrainingResult part = train(stopped);
    EXPECT_FALSE(part.finished);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "b.safetensors"));
    const TrainingResult rest = train(options("b"));
    EXPECT_TRUE(rest.finished);
    EXPECT_EQ(rest.curve.size(), 41u);
    EXPECT_EQ(readFile(folder_ / "a.safetensors"), readFile(folder_ / "b.safetensors")) << at;
    std::filesystem::remove(folder_ / "b.safetensors");
    std::filesystem::remove(folder_ / "b.checkpoint");
  }
}

TEST_F(Training, RefusesAnotherRunsCheckpointAndADamagedOne) {
  train(options("a", 3));
  TrainingOptions other = options("a", 3);
  other.settings = "others";
  const std::string file = other.checkpoint.string();
  EXPECT_EQ(
      refusal(other),
      file + " is of a training with other data or options; remove it to begin anew, or name another --out");
  Bytes bytes = readFile(file);
  bytes.resize(bytes.size() / 2);
  writeFileAtomically(file, bytes);
  EXPECT_NE(refusal(options("a", 3)).find("it should hold"), std::string::npos);
}

TEST_F(Training, WhatItWritesIsAnEmbedderThatKnowsTheNote) {
  train(options("a"));
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

TEST_F(Training, WeightsOfAnotherImageOrDimensionAreRefused) {
  train(options("a"));
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
  EXPECT_EQ(refusalToMake("a"),
            file + ": it was trained on images of version 0, this program makes version 1; train it again");
  writeSafetensors(file, tensors, {});
  EXPECT_EQ(refusalToMake("a"), file + ": this is no file of 'patchpilot train embedder'");
  tensors.erase(tensors.begin());
  writeSafetensors(file, tensors, {{"image", "1"}});
  EXPECT_NE(refusalToMake("a").find("is missing"), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
