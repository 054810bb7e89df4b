#include "app/commands.h"
#include "app/progress.h"
#include "app/synth_options.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/process.h"
#include "learn/task_run.h"
#include "learn/tasks.h"
#include "library/installed.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

struct TrainArguments {
  TaskOptions task;
  SynthArguments synth;
  std::vector<std::string> libraries;
  std::vector<std::string> sizes;
  std::string data, out, from;
  bool json = false;
};

void printData(const TaskData& data) {
  fmt::print("{}\n", data.description());
  for (const Baseline& baseline : data.baselines())
    fmt::print("{}: {}\n", baseline.name, baseline.score.text);
}

void printMoment(const TrainingMoment& moment) {
  const std::string loss =
      std::isnan(moment.trainingLoss) ? "" : fmt::format("loss {:.3f}, ", moment.trainingLoss);
  fmt::print("step {}: {}held-out loss {:.3f}. {}\n", moment.step, loss, moment.score.loss,
             moment.score.text);
  std::fflush(stdout);
}

void printReport(const TaskReport& report) {
  if (!report.finished) return fmt::print("Stopped. Run the same command to go on.\n");
  constexpr int kWidth = 14;
  fmt::print("\n");
  for (const Baseline& baseline : report.baselines)
    if (baseline.toBeat) fmt::print("{:<{}}{}\n", baseline.name + ": ", kWidth, baseline.score.text);
  fmt::print("{:<{}}{}\n", "kept: ", kWidth, report.score.text);
  for (const fs::path& file : report.written) fmt::print("Written {}\n", file.string());
}

/// "hidden=256". @throws Error (usage) if it is anything else
std::pair<std::string, std::string> parseSize(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals >= text.size() - 1)
    failUsage("--size is '{}'; give the name of a size and its value, such as hidden=256", text);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void trainNetwork(const Task& task, TrainArguments options) {
  requireOneProcess("train " + task.name);
  TaskOptions& wanted = options.task;
  for (const auto& file : options.libraries) wanted.libraries.push_back(resolveLibrary(file));
  wanted.data = options.data;
  for (const std::string& text : options.sizes) wanted.sizes.push_back(parseSize(text));
  wanted.out = options.out;
  wanted.start = options.from;
  wanted.synth = synthOptions(options.synth);
  wanted.stop = interruptToken();
  auto rendering = std::make_unique<Progress>("renders", options.json);
  std::unique_ptr<Progress> learning;
  TaskObserver observer;
  observer.onRenders = [&](std::size_t renders, std::size_t of) {
    rendering->update(double(renders), double(of));
  };
  observer.onData = [&](const TaskData& data) {
    rendering.reset();
    if (!options.json) printData(data);
  };
  observer.onTraining = [&](int step, const TrainingMoment* moment) {
    if (!learning) learning = std::make_unique<Progress>("steps", options.json);
    if (moment == nullptr) return learning->update(step, wanted.steps);
    if (!options.json) printMoment(*moment);
  };
  const TaskReport report = runTask(task, wanted, observer);
  learning.reset();
  if (!options.json) return printReport(report);
  nlohmann::json written = nlohmann::json::array();
  for (const fs::path& file : report.written) written.push_back(file.string());
  printJson({{"finished", report.finished}, {"written", written}});
}

void addTask(const Command& train, const Task& task) {
  auto o = std::make_shared<TrainArguments>();
  const auto command = train.subcommand(task.name, task.help);
  if (task.fromExamples)
    command.option("--data", o->data, "Folder that 'patchpilot dataset build' made").required();
  else
    command
        .option("--library", o->libraries,
                "Library whose patches it learns from; several of one synth are mixed")
        .required();
  if (!task.models.empty()) {
    std::vector<std::string> names;
    std::string help = "Which network";
    for (const TaskModel& model : task.models) {
      names.push_back(model.name);
      help += fmt::format("; {}: {}", model.name, model.help);
    }
    o->task.model = names.front();
    command.option("--model", o->task.model, help).oneOf(names).showDefault();
    command.option("--size", o->sizes,
                   "Another size of the network than its default, such as hidden=256; several may be given");
  }
  command
      .option("--out", o->out,
              "File to make, NAME.safetensors; NAME.training.json comes beside it, and for "
              "embedders NAME.toml")
      .required();
  command.option("--from", o->from, "Weights to begin with, of another training (where renders are dear)")
      .existingFile();
  if (!task.fromExamples)
    command.option("--renders", o->task.renders, "About how many renders to learn from")
        .range(200, 100'000'000)
        .showDefault();
  command.option("--steps", o->task.steps, "Steps of training").range(1, 10'000'000).showDefault();
  command.option("--seed", o->task.seed, "What chance begins with").showDefault();
  command.option("--workers", o->task.workers, "Processes that render (one for each core if 0)")
      .range(0, 1024)
      .showDefault();
  command.option("--threads", o->task.threads, "Threads that train").range(1, 1024).showDefault();
  if (!task.fromExamples)
    command.flag("--keep-data", o->task.keepData,
                 "Keep what the renders gave, beside --out, for another training");
  command.flag("--json", o->json, "Print JSON");
  addSynthOptions(command, o->synth, false);
  command.run([o, &task] { trainNetwork(task, std::move(*o)); });
}

}  // namespace

void addTrainCommand(const Command& app) {
  const auto train = app.subcommand("train", "Train networks");
  train.requireSubcommand();
  for (const Task& task : tasks()) addTask(train, task);
}

}  // namespace patchpilot
