#include "learn/training_loop.h"

#include "base/error.h"
#include "base/random.h"
#include "models/safetensors.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// What chance decides is drawn from streams of its own, so that one does not shift the other.
constexpr std::uint64_t kOrderStream = 0x6f72646572000000, kAugmentStream = 0x6a69747465720000;

/// JSON has no NaN: it is written as null.
double number(const json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

json toJson(const TrainingMoment& moment) {
  json figures = json::array();
  for (const auto& [name, value] : moment.score.figures) figures.push_back({name, value});
  return {{"step", moment.step},       {"training_loss", moment.trainingLoss},
          {"loss", moment.score.loss}, {"worth", moment.score.worth},
          {"text", moment.score.text}, {"figures", figures}};
}

TrainingMoment momentOf(const json& value) {
  TrainingMoment moment{value.at("step").get<int>(),
                        number(value.at("training_loss")),
                        {number(value.at("loss")), number(value.at("worth")), {}, value.at("text")}};
  for (const json& figure : value.at("figures"))
    moment.score.figures.emplace_back(figure.at(0).get<std::string>(), number(figure.at(1)));
  return moment;
}

/// A training as it runs.
class Loop {
 public:
  Loop(const Task& task, const TaskData& data, Trainer& trainer, const LoopOptions& options,
       const OnTraining& onTraining)
      : task_(task), data_(data), trainer_(trainer), options_(options), onTraining_(onTraining) {}

  LoopResult run() {
    if (!readCheckpoint()) begin();
    const int every = std::max(1, options_.steps / task_.looks);
    auto saved = std::chrono::steady_clock::now();
    while (!done() && !options_.stop.stop_requested()) {
      lossSum_ += step();
      ++lossCount_;
      onTraining_(step_, nullptr);
      if (step_ % every == 0 || step_ == options_.steps) look();
      if (const auto now = std::chrono::steady_clock::now();
          std::chrono::duration<double>(now - saved).count() > options_.checkpointSeconds) {
        writeCheckpoint();
        saved = now;
      }
    }
    result_.finished = done();
    if (!result_.finished) writeCheckpoint();
    return result_;
  }

 private:
  bool done() const {
    if (step_ >= options_.steps) return true;
    if (task_.patience == 0) return false;
    const auto since = std::count_if(result_.curve.begin(), result_.curve.end(),
                                     [&](const auto& moment) { return moment.step > result_.bestStep; });
    return since >= task_.patience;
  }

  void begin() {
    // Weights of another training belong to the scales of its own inputs.
    if (options_.start.empty()) trainer_.prepare(data_.sample().view());
    else trainer_.start(options_.start.c_str());
    look();
  }

  /// The order of the items in a pass over the data; drawn anew for each pass.
  const std::vector<std::size_t>& orderOf(std::uint64_t pass) {
    if (order_.empty() || pass != orderPass_) {
      order_.resize(data_.items());
      std::iota(order_.begin(), order_.end(), std::size_t(0));
      SplitMix64 random(options_.seed ^ kOrderStream, pass);
      for (std::size_t i = order_.size() - 1; i > 0; --i) std::swap(order_[i], order_[random.below(i + 1)]);
      orderPass_ = pass;
    }
    return order_;
  }

  double step() {
    const std::size_t each = std::min(task_.batchItems, data_.items()), ofAPass = data_.items() / each;
    const auto& order = orderOf(std::uint64_t(step_) / ofAPass);
    const auto items = std::span(order).subspan(std::size_t(step_) % ofAPass * each, each);
    const Batch batch =
        data_.batch(items, SplitMix64(options_.seed ^ kAugmentStream, std::uint64_t(step_)).next());
    const double loss = trainer_.step(batch.view());
    ++step_;
    return loss;
  }

  void look() {
    TrainingMoment moment;
    moment.step = step_;
    moment.trainingLoss = lossCount_ > 0 ? lossSum_ / lossCount_ : std::numeric_limits<double>::quiet_NaN();
    lossSum_ = lossCount_ = 0;
    moment.score = data_.judge(trainer_);
    if (result_.curve.empty() || moment.score.worth < result_.best().score.worth) {
      trainer_.keepBest();
      result_.bestStep = step_;
    }
    result_.curve.push_back(moment);
    onTraining_(step_, &moment);
  }

  void writeCheckpoint() const {
    json curve = json::array();
    for (const TrainingMoment& moment : result_.curve) curve.push_back(toJson(moment));
    const std::string state = json({{"step", step_},
                                    {"best_step", result_.bestStep},
                                    {"loss_sum", lossSum_},
                                    {"loss_count", lossCount_},
                                    {"curve", curve}})
                                  .dump();
    const Setting about[] = {{"settings", options_.settings.c_str()}, {"state", state.c_str()}};
    trainer_.saveCheckpoint(options_.checkpoint.c_str(), about);
  }

  bool readCheckpoint() {
    if (!fs::exists(options_.checkpoint)) return false;
    const std::string file = options_.checkpoint.string();
    const auto about = Safetensors(options_.checkpoint).metadata();
    if (!about.contains("settings") || !about.contains("state"))
      failInput("{} is no checkpoint; remove it to begin anew", file);
    if (about.at("settings") != options_.settings)
      failInput(
          "{} is of a training with other data or options; remove it to begin anew, or name another --out",
          file);
    try {
      const json state = json::parse(about.at("state"));
      step_ = state.at("step").get<int>();
      result_.bestStep = state.at("best_step").get<int>();
      lossSum_ = number(state.at("loss_sum"));
      lossCount_ = state.at("loss_count").get<int>();
      for (const json& moment : state.at("curve")) result_.curve.push_back(momentOf(moment));
      result_.best();
    } catch (const std::exception&) {
      failInput("{} is damaged; remove it to begin anew", file);
    }
    trainer_.loadCheckpoint(options_.checkpoint.c_str());
    for (const TrainingMoment& moment : result_.curve) onTraining_(step_, &moment);
    return true;
  }

  const Task& task_;
  const TaskData& data_;
  Trainer& trainer_;
  const LoopOptions& options_;
  const OnTraining& onTraining_;
  LoopResult result_;
  int step_ = 0;
  double lossSum_ = 0;  ///< since the last look
  int lossCount_ = 0;
  std::vector<std::size_t> order_;  ///< of the pass `orderPass_`
  std::uint64_t orderPass_ = 0;
};

}  // namespace

const TrainingMoment& LoopResult::best() const {
  for (const TrainingMoment& moment : curve)
    if (moment.step == bestStep) return moment;
  throw Error(ExitCode::internal, fmt::format("no look was taken at step {}", bestStep));
}

std::unique_ptr<Trainer> makeTrainer(const Task& task, const LoopOptions& options) {
  FitOptions fit = task.fit;
  fit.steps = options.steps;
  fit.seed = options.seed;
  fit.threads = options.threads;
  if (task.makeTrainer) return task.makeTrainer(fit);
  std::vector<Setting> sizes;
  for (const auto& [name, value] : task.network.sizes) sizes.push_back({name.c_str(), value.c_str()});
  return std::unique_ptr<Trainer>(
      networkModule().makeTrainer({task.network.name.c_str(), sizes, task.loss.c_str(), fit}));
}

LoopResult trainLoop(const Task& task, const TaskData& data, Trainer& trainer, const LoopOptions& options,
                     const OnTraining& onTraining) {
  return Loop(task, data, trainer, options, onTraining).run();
}

std::string figuresJson(const Figures& figures) {
  json all = json::object();
  for (const auto& [name, value] : figures) {
    json* at = &all;
    std::size_t begin = 0;
    for (std::size_t slash; (slash = name.find('/', begin)) != std::string::npos; begin = slash + 1)
      at = &(*at)[name.substr(begin, slash - begin)];
    (*at)[name.substr(begin)] = value;
  }
  return all.dump();
}

}  // namespace patchpilot
