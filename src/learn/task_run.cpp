#include "learn/task_run.h"

#include "base/error.h"
#include "base/files.h"
#include "learn/curve_picture.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

fs::path beside(const fs::path& out, const std::string& ending) {
  fs::path path = out;
  return path.replace_extension(ending);
}

void checkOut(const fs::path& out) {
  if (out.extension() != ".safetensors" || out.stem().empty())
    failUsage("--out is '{}'; name a file that ends in .safetensors", out.string());
  if (fs::exists(out)) failUsage("{} exists; remove it, or name another --out", out.string());
  if (const fs::path parent = fs::absolute(out).parent_path(); !fs::is_directory(parent))
    failUsage("{}: there is no such folder; make it first", parent.string());
}

/// Names everything that a training depends on.
std::string settingsOf(const Task& task, const TaskData& data, const TaskOptions& options) {
  std::string text = fmt::format(
      "{}\n{}\n{} steps, seed {}, from {}, {} on {}", task.name, data.name(), options.steps, options.seed,
      options.start.empty() ? "chance" : contentHash(readFile(options.start)), task.network.name, task.loss);
  if (options.threads > 1)
    text += fmt::format(", {} threads", options.threads);  // sums are rounded otherwise
  for (const auto& [name, value] : task.network.sizes) text += fmt::format(", {} {}", name, value);
  return contentHash(text);
}

json curveOf(const LoopResult& result) {
  json curve = json::array();
  for (const TrainingMoment& moment : result.curve) {
    curve.push_back({{"step", moment.step},
                     {"training_loss", moment.trainingLoss},
                     {"validation_loss", moment.score.loss}});
    curve.back().update(json::parse(figuresJson(moment.score.figures)));
  }
  return curve;
}

/// What NAME.training.json holds, and, but for the curve, what the model says of how it was judged.
json reportOf(const TaskReport& report, const LoopResult& result) {
  json about = {{"trained", json::parse(figuresJson(report.score.figures))}, {"best_step", result.bestStep}};
  for (const Baseline& baseline : report.baselines)
    about[baseline.key] = json::parse(figuresJson(baseline.score.figures));
  return about;
}

void writeModel(const Task& task, const TaskData& data, const Trainer& trainer, const std::string& judged,
                const fs::path& out) {
  ModelAbout about = data.about();
  about.task = task.name;
  about.network = task.network.name;
  about.judged = judged;
  const auto metadata = metadataOf(about);
  std::vector<Setting> settings;
  for (const auto& [name, value] : metadata) settings.push_back({name.c_str(), value.c_str()});
  trainer.write(out.c_str(), settings);
}

/// What the best model so far says of itself, if this moment is the last.
std::string judgedSoFar(const TrainingMoment& moment) {
  return json{{"trained", json::parse(figuresJson(moment.score.figures))}, {"steps_so_far", moment.step}}
      .dump();
}

/// The network that is asked for. @throws Error (usage) if the task has none of that name
NetworkSpec networkOf(const Task& task, const std::string& name) {
  if (task.models.empty()) return task.network;
  if (name.empty()) return task.models.front().network;
  std::string all;
  for (const TaskModel& model : task.models) {
    if (model.name == name) return model.network;
    all += (all.empty() ? "" : ", ") + model.name;
  }
  failUsage("'{}' has no model '{}'; there are: {}", task.name, name, all);
}

}  // namespace

fs::path modelSoFar(const TaskOptions& options) { return beside(options.out, ".so-far.safetensors"); }

fs::path dataFile(const TaskOptions& options) { return beside(options.out, ".data"); }

TaskReport runTask(const Task& wanted, const TaskOptions& options, const TaskObserver& observer) {
  checkOut(options.out);
  Task task = wanted;
  task.network = networkOf(task, options.model);
  task.network.sizes.insert(task.network.sizes.end(), options.sizes.begin(), options.sizes.end());
  if (!task.makeTrainer) networkModule();  // if there is none, that is told before anything is rendered
  TaskReport report;
  const auto data = task.makeData(options, observer.onRenders);
  if (!data) return report;
  if (observer.onData) observer.onData(*data);
  for (auto& size : data->sizes()) task.network.sizes.push_back(std::move(size));

  LoopOptions loop;
  loop.checkpoint = beside(options.out, ".checkpoint");
  loop.settings = settingsOf(task, *data, options);
  loop.start = options.start;
  loop.steps = options.steps;
  loop.seed = options.seed;
  loop.threads = options.threads;
  loop.stop = options.stop;
  const auto trainer = makeTrainer(task, loop);
  const fs::path soFar = modelSoFar(options);
  double least = std::numeric_limits<double>::infinity();
  const OnTraining onTraining = [&](int step, const TrainingMoment* moment) {
    const bool isBest = moment != nullptr && moment->score.worth < least;
    if (isBest) least = moment->score.worth;
    // Moments before a stop are told again; their model is there.
    if (isBest && step == moment->step) writeModel(task, *data, *trainer, judgedSoFar(*moment), soFar);
    if (observer.onTraining) observer.onTraining(step, moment);
  };
  const LoopResult result = trainLoop(task, *data, *trainer, loop, onTraining);
  if (!result.finished) return report;

  report.baselines = data->baselines();
  report.score = result.best().score;
  json about = reportOf(report, result);
  const std::string judged = about.dump();
  about["curve"] = curveOf(result);
  const fs::path curveFile = beside(options.out, ".training.json");
  writeFileAtomically(curveFile, about.dump(1) + "\n");
  report.written = {options.out};
  for (const auto& [ending, text] : data->companions()) {
    report.written.push_back(beside(options.out, ending));
    writeFileAtomically(report.written.back(), text);
  }
  report.written.push_back(curveFile);
  report.written.push_back(beside(options.out, ".training.svg"));
  writeFileAtomically(report.written.back(), curvePicture(result.curve, options.out.stem().string()));
  writeModel(task, *data, *trainer, judged, options.out);
  fs::remove(loop.checkpoint);
  fs::remove(soFar);
  if (!options.keepData) fs::remove(dataFile(options));
  report.finished = true;
  return report;
}

}  // namespace patchpilot
