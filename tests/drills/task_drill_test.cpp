// Adds a task with a network of its own, in this file alone: a regression from a feature of a sound to the
// patch. A real one is a file in src/learn and a line in tasks.cpp; its network is a file in src/networks and
// a line in module.cpp.
#include "data/codec.h"
#include "data/shard.h"
#include "data/split.h"
#include "learn/task_run.h"
#include "models/model_file.h"
#include "test_support.h"

#ifdef PATCHPILOT_HAS_TORCH
#include "networks/network_trainer.h"

#include <torch/nn/modules/linear.h>
#endif

#include <cmath>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSpace = R"(format = 1
name = "drill"
[synth]
format = "LV2"
id = "urn:drill"
[[parameter]]
key = "level"
kind = "continuous"
[[parameter]]
key = "shape"
kind = "categorical"
choices = [{label = "saw", value = 0.0}, {label = "square", value = 1.0}]
[[parameter]]
key = "rate"
kind = "continuous"
[[parameter]]
key = "depth"
kind = "continuous"
constant = 0.0
constant_probability = 0.5
[[gate]]
closed = {depth = 0.0}
silences = ["rate"]
)";

constexpr std::size_t kFeatures = 6;

/// What is "heard" of a patch: a mixture of its values.
std::vector<float> heard(const std::vector<float>& values) {
  std::vector<float> features;
  for (std::size_t k = 0; k < kFeatures; ++k) {
    float sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * std::cos(float(k * values.size() + i));
    features.push_back(sum);
  }
  return features;
}

void writeShard(const fs::path& file, const ParameterSpace& space, std::uint64_t examples) {
  ShardWriter writer(
      file, {space.fingerprint(), space.parameters.size(), {{"heard", ColumnType::floats, kFeatures}}});
  for (std::uint64_t number = writer.lastNumber() ? *writer.lastNumber() + 1 : 0; number < examples;
       ++number) {
    const Example example{space.draw(1, number), {}, 0, number, number / 2, space.fingerprint()};
    const std::vector<float> features = heard(example.values);
    const std::span<const std::byte> columns[] = {std::as_bytes(std::span(features))};
    writer.append(example, columns);
  }
}

/// Features, the encoded patch, and which of its values are heard.
class DrillData : public TaskData {
 public:
  explicit DrillData(const fs::path& shard)
      : codec_(parseSpace(kSpace, "drill.toml")),
        shards_({shard}),
        split_(split(shards_.families(), 0.2, 1)) {}

  std::string name() const override { return "drill"; }
  std::string description() const override { return "patches of a hand-made space"; }
  std::size_t items() const override { return split_.training.size(); }

  Batch batch(std::span<const std::size_t> items, std::uint64_t) const override {
    std::vector<std::size_t> examples;
    for (const std::size_t item : items) examples.push_back(split_.training[item]);
    return batchOf(examples);
  }

  Batch sample() const override { return batchOf(split_.training); }

  Score judge(Trainer& trainer) const override {
    const Batch batch = batchOf(split_.validation);
    std::vector<float> answers(split_.validation.size() * codec_.width());
    Score score;
    score.loss = trainer.evaluate(batch.view(), answers);
    double wrong = 0;
    for (std::size_t i = 0; i < split_.validation.size(); ++i) {
      const auto decoded = codec_.decode(std::span(answers).subspan(i * codec_.width(), codec_.width()));
      wrong += std::abs(decoded.values[0] - shards_.at(split_.validation[i]).values()[0]);
    }
    score.worth = wrong / double(split_.validation.size());
    score.figures = {{"error/level", score.worth}};
    return score;
  }

  ModelAbout about() const override {
    ModelAbout about;
    about.kind = "regression";
    about.space = shards_.format().space;
    about.synth = codec_.space().synthId;
    about.frontEnd = "drill";
    about.frontEndVersion = 1;
    return about;
  }

 private:
  Batch batchOf(const std::vector<std::size_t>& examples) const {
    const auto rows = std::int64_t(examples.size()), width = std::int64_t(codec_.width());
    Tensor features{{rows, std::int64_t(kFeatures), 1, 1}, {}}, targets{{rows, width, 1, 1}, {}},
        masks{{rows, width, 1, 1}, {}};
    const auto add = [](Tensor& tensor, const auto& values) {
      tensor.values.insert(tensor.values.end(), values.begin(), values.end());
    };
    for (const std::size_t index : examples) {
      const ExampleView view = shards_.at(index);
      add(features, view.floats(shards_.format().column("heard")));
      add(targets, codec_.encode(view.values()));
      add(masks, codec_.mask(view.example().values));
    }
    return Batch({features, targets, masks});
  }

  Codec codec_;
  ShardSet shards_;
  Split split_;
};

#ifdef PATCHPILOT_HAS_TORCH

class DrillNetwork : public TrainableNetwork {
 public:
  explicit DrillNetwork(std::int64_t outputs) : first_(std::int64_t(kFeatures), 32), second_(32, outputs) {
    register_module("first", first_);
    register_module("second", second_);
  }

  torch::Tensor forward(const Tensors& batch, RandomSource&) override {
    return second_(torch::tanh(first_(batch[0])));
  }

 private:
  torch::nn::Linear first_, second_;
};

/// Squared error of what is heard.
torch::Tensor maskedError(const Tensors& batch, const torch::Tensor& outputs) {
  return ((outputs - batch[1]).pow(2) * batch[2]).sum() / batch[2].sum();
}

Task drillTask(std::uint64_t examples) {
  Task task;
  task.name = "drill";
  task.batchItems = 32;
  task.looks = 5;
  task.fit.rate = 1e-2;
  task.makeData = [examples](const TaskOptions& options, const OnRenders&) {
    writeShard(dataFile(options), parseSpace(kSpace, "drill.toml"), examples);
    return std::make_unique<DrillData>(dataFile(options));
  };
  task.makeTrainer = [](const FitOptions& fit) {
    torch::manual_seed(fit.seed);
    const std::int64_t width = std::int64_t(Codec(parseSpace(kSpace, "drill.toml")).width());
    return std::make_unique<NetworkTrainer>(std::make_shared<DrillNetwork>(width), maskedError, fit, width);
  };
  return task;
}

TEST(TaskDrill, ATaskWithItsOwnNetworkIsTrainedJudgedStoppedAndResumed) {
  const TemporaryFolder folder;
  const Task task = drillTask(400);
  TaskOptions options;
  options.steps = 200;
  options.out = folder / "whole.safetensors";
  std::vector<TrainingMoment> moments;
  TaskObserver observer;
  observer.onTraining = [&](int, const TrainingMoment* moment) {
    if (moment != nullptr) moments.push_back(*moment);
  };
  const TaskReport whole = runTask(task, options, observer);
  ASSERT_TRUE(whole.finished);
  ASSERT_EQ(moments.size(), 6u);
  EXPECT_LT(moments.back().score.loss, 0.5 * moments.front().score.loss);
  EXPECT_LE(whole.score.worth, moments.front().score.worth);

  options.out = folder / "parts.safetensors";
  std::stop_source stop;
  options.stop = stop.get_token();
  TaskObserver stopAfter;
  stopAfter.onTraining = [&](int step, const TrainingMoment*) {
    if (step == 70) stop.request_stop();
  };
  EXPECT_FALSE(runTask(task, options, stopAfter).finished);
  EXPECT_FALSE(fs::exists(options.out));
  options.stop = {};
  EXPECT_TRUE(runTask(task, options, {}).finished);
  EXPECT_EQ(readFile(folder / "parts.safetensors"), readFile(folder / "whole.safetensors"));

  const ModelAbout about = readModelAbout(Safetensors(folder / "whole.safetensors"));
  EXPECT_EQ(about.task, "drill");
  EXPECT_EQ(about.space, parseSpace(kSpace, "drill.toml").fingerprint());
  EXPECT_NE(about.judged.find("\"level\""), std::string::npos) << about.judged;
}

#else

TEST(TaskDrill, ATaskWithItsOwnNetworkIsTrainedJudgedStoppedAndResumed) {
  GTEST_SKIP() << "built without LibTorch";
}

#endif

}  // namespace
}  // namespace patchpilot
