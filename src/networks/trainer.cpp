#include "networks/trainer.h"

#include "base/error.h"
#include "base/random.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kGroupsOfABatch = 8;
constexpr int kLooks = 40;  ///< at the validation groups

constexpr double kRate = 1e-3, kWarmUp = 0.03;  ///< at its height; share of steps until there
constexpr double kDecay = 0.05;
constexpr double kBeta1 = 0.9, kBeta2 = 0.99, kEpsilon = 1e-8;
constexpr double kDropout = 0.4;
constexpr double kAverage = 0.99;  ///< how much of the average a step keeps

constexpr double kTemperatureDb = 1.0;  ///< how much nearer the nearer must be
constexpr double kLogWeight = 1.0, kContrastWeight = 0.3;

/// How often, while training, a sound's note is not told, or told an octave wrong: in use it is often found
/// by ear.
constexpr double kUnknownNote = 0.05, kWrongOctave = 0.05;

json toJson(const Judgement& j) {
  return {{"best", j.best}, {"recall", j.recall}, {"oracle", j.oracle}, {"targets", j.targets}};
}

json toJson(const TrainingMoment& m) {
  return {{"step", m.step},
          {"training_loss", m.trainingLoss},
          {"validation_loss", m.validationLoss},
          {"judgement", toJson(m.judgement)}};
}

/// JSON has no NaN: it stands there as null.
double number(const json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

TrainingMoment momentOf(const json& value) {
  TrainingMoment m{value.at("step").get<int>(),
                   number(value.at("training_loss")),
                   number(value.at("validation_loss")),
                   {}};
  const json& j = value.at("judgement");
  for (std::size_t b = 0; b < Judgement::kBudgets; ++b) {
    m.judgement.best[b] = number(j.at("best").at(b));
    m.judgement.recall[b] = number(j.at("recall").at(b));
  }
  m.judgement.oracle = number(j.at("oracle"));
  m.judgement.targets = j.at("targets").get<std::size_t>();
  return m;
}

/// By which looks are compared: what decides is what the nearest are worth.
double worth(const Judgement& judgement) { return judgement.best[0] + judgement.best[1]; }

/// Distances of all of `a` from all of `b`: rows of a x rows of b.
at::Tensor distancesBetween(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor squares = a.pow(2).sum(1, true) + b.pow(2).sum(1).unsqueeze(0) - 2 * at::mm(a, b.t());
  return (squares.clamp_min(0) + 1e-3).sqrt();
}

at::Tensor tensorOf(const std::vector<float>& values, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat);
}

/// What one group's distances lack, see `Trainer`. The true patch is left out of who is near: it would take
/// all the weight, and what is searched for is mostly not in the library.
/// @param distances, mss  rows of conditions x patches
at::Tensor groupLoss(const at::Tensor& distances, const at::Tensor& mss) {
  const std::int64_t rows = mss.size(0), n = mss.size(1);
  const at::Tensor self = at::eye(n, mss.options()).repeat({rows / n, 1}) * 1e4;
  const at::Tensor wanted = at::softmax(-(mss + self) / kTemperatureDb, 1),
                   heard = at::log_softmax(-(distances + self) / kTemperatureDb, 1);
  const at::Tensor order = (wanted * (at::log(wanted + 1e-12) - heard)).sum(1).mean();
  const at::Tensor ratio = at::log((distances + 1) / (mss + 1)).pow(2).mean();
  return order + kLogWeight * ratio;
}

std::int64_t rowsOf(const SoundGroup& group) { return std::int64_t((group.conditions + 1) * group.patches); }

void copyInto(at::Tensor& to, const std::string& name, Safetensors& file) {
  const std::vector<std::int64_t> shape(to.sizes().begin(), to.sizes().end());
  std::vector<float> values(std::size_t(to.numel()));
  file.read(name, shape, values);
  const at::NoGradGuard noGradients;
  to.copy_(tensorOf(values, shape));
}

}  // namespace

Trainer::Trainer(const TrainingData& data, const TrainingOptions& options)
    : data_(data),
      options_(options),
      device_(at::hasCUDA() ? at::kCUDA : at::kCPU),
      network_(options.hidden, options.dimension, options.seed) {
  at::set_num_threads(options.threads);
  const at::NoGradGuard noGradients;
  if (!options.start.empty()) {
    Safetensors file(options.start);
    network_ = TrainedNetwork(file);
    if (network_.hidden() != options.hidden || network_.dimension() != options.dimension)
      failInput("{}: it is {} wide and gives {} values, asked for are {} and {}", options.start.string(),
                network_.hidden(), network_.dimension(), options.hidden, options.dimension);
  }
  // What a few thousand sounds say of the inputs is enough.
  std::vector<const SoundGroup*> some;
  for (std::size_t i = 0; i < std::min<std::size_t>(data.training.size(), 60); ++i)
    some.push_back(
        &data.training[i * data.training.size() / std::min<std::size_t>(data.training.size(), 60)]);
  // Weights that another has begun belong to its inputs.
  if (options.start.empty()) network_.standardise(batch(some, false).inputs);
  network_.to(device_);
  for (auto& [name, parameter] : network_.parameters()) {
    first_.push_back(at::zeros_like(parameter));
    second_.push_back(at::zeros_like(parameter));
    average_.push_back(parameter.clone());
    parameter.requires_grad_(true);
  }
}

Trainer::Batch Trainer::batch(const std::vector<const SoundGroup*>& groups, bool jitter) {
  SplitMix64 random(options_.seed ^ 0x6a69747465720000, std::uint64_t(done_));
  std::vector<at::Tensor> images;
  std::vector<std::int64_t> notes;
  for (const SoundGroup* group : groups) {
    images.push_back(at::from_blob(const_cast<std::uint16_t*>(group->images.data()),
                                   {rowsOf(*group), std::int64_t(SoundImage::kValues)}, at::kHalf)
                         .to(device_)
                         .to(at::kFloat));
    for (const int note : group->notes) {
      const double chance = random.uniform();
      if (jitter && chance < kUnknownNote) notes.push_back(-1);
      else if (jitter && chance < kUnknownNote + kWrongOctave)
        notes.push_back(std::clamp(note + (random.uniform() < 0.5 ? -12 : 12), 0, 127));
      else notes.push_back(note);
    }
  }
  const at::Tensor told = at::from_blob(notes.data(), {std::int64_t(notes.size())}, at::kLong).to(device_);
  return {TrainedNetwork::inputs(at::cat(images), told), groups};
}

at::Tensor Trainer::loss(const Batch& batch, const at::Tensor& vectors) const {
  // The library's renders of all groups side by side: those of other groups are what the true patch must
  // stand out from.
  std::vector<at::Tensor> references, sounds;
  std::int64_t row = 0;
  for (const SoundGroup* group : batch.groups) {
    const auto n = std::int64_t(group->patches);
    references.push_back(vectors.narrow(0, row, n));
    sounds.push_back(vectors.narrow(0, row + n, rowsOf(*group) - n));
    row += rowsOf(*group);
  }
  const at::Tensor distances = distancesBetween(at::cat(sounds), at::cat(references));
  at::Tensor sum = at::zeros({}, distances.options());
  std::int64_t top = 0, left = 0;
  for (const SoundGroup* group : batch.groups) {
    const auto n = std::int64_t(group->patches), rows = n * std::int64_t(group->conditions);
    const at::Tensor strip = distances.narrow(0, top, rows), own = strip.narrow(1, left, n);
    sum = sum + groupLoss(own, tensorOf(group->mss, {rows, n}).to(device_));
    const at::Tensor place =
        (at::arange(n, at::TensorOptions(at::kLong).device(device_)) + left).repeat({rows / n}).unsqueeze(1);
    sum = sum - kContrastWeight * at::log_softmax(-strip / kTemperatureDb, 1).gather(1, place).mean();
    top += rows;
    left += n;
  }
  return sum / double(batch.groups.size());
}

double Trainer::step() {
  // Each pass over the groups is in another order; which groups a step has depends on its number alone.
  const std::size_t count = data_.training.size(), each = std::min(kGroupsOfABatch, count),
                    ofAPass = count / each;
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  SplitMix64 random(options_.seed ^ 0x6f72646572000000, std::uint64_t(done_) / ofAPass);
  for (std::size_t i = count - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  std::vector<const SoundGroup*> groups;
  for (std::size_t i = 0; i < each; ++i)
    groups.push_back(&data_.training[order[std::size_t(done_) % ofAPass * each + i]]);

  at::manual_seed(SplitMix64(options_.seed, std::uint64_t(done_)).next());
  const Batch now = batch(groups, true);
  const at::Tensor lack = loss(now, network_.forward(now.inputs, kDropout));
  lack.backward();
  const at::NoGradGuard noGradients;
  ++done_;
  const double place = double(done_) / double(options_.steps);
  const double rate = kRate * std::min(place / kWarmUp, 0.5 * (1 + std::cos(M_PI * place)));
  for (std::size_t i = 0; i < first_.size(); ++i) {
    at::Tensor& parameter = network_.parameters()[i].second;
    const at::Tensor gradient = parameter.grad();
    first_[i].mul_(kBeta1).add_(gradient, 1 - kBeta1);
    second_[i].mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    const at::Tensor spread = (second_[i] / (1 - std::pow(kBeta2, done_))).sqrt_().add_(kEpsilon);
    if (parameter.dim() > 1) parameter.mul_(1 - rate * kDecay);
    parameter.addcdiv_(first_[i], spread, -rate / (1 - std::pow(kBeta1, done_)));
    parameter.mutable_grad().zero_();
    // The first steps count evenly, so that the average does not dwell where it began.
    average_[i].lerp_(parameter, std::max(1 - kAverage, 1.0 / double(done_)));
  }
  return lack.item<double>();
}

void Trainer::exchangeAverage() {
  for (std::size_t i = 0; i < average_.size(); ++i) {
    at::Tensor& parameter = network_.parameters()[i].second;
    const at::Tensor current = parameter.clone();
    parameter.copy_(average_[i]);
    average_[i].copy_(current);
  }
}

TrainingMoment Trainer::look() {
  const at::NoGradGuard noGradients;
  exchangeAverage();
  TrainingMoment moment;
  moment.step = done_;
  moment.trainingLoss = lossCount_ > 0 ? lossSum_ / lossCount_ : std::numeric_limits<double>::quiet_NaN();
  lossSum_ = lossCount_ = 0;
  std::vector<Judgement> parts;
  for (const SoundGroup& group : data_.validation) {
    const Batch one = batch({&group}, false);
    const at::Tensor vectors = network_.forward(one.inputs);
    moment.validationLoss += loss(one, vectors).item<double>() / double(data_.validation.size());
    const auto n = std::int64_t(group.patches);
    const at::Tensor distances =
        distancesBetween(vectors.narrow(0, n, vectors.size(0) - n), vectors.narrow(0, 0, n))
            .to(at::kCPU)
            .contiguous();
    parts.push_back(judge(group, {distances.data_ptr<float>(), std::size_t(distances.numel())}));
  }
  moment.judgement = together(parts);
  bool best = true;
  for (const TrainingMoment& earlier : result_.curve)
    best = best && worth(moment.judgement) < worth(earlier.judgement);
  if (best) {
    best_ = network_.stored(false);
    result_.bestStep = done_;
  }
  result_.curve.push_back(moment);
  exchangeAverage();
  return moment;
}

TrainingResult Trainer::run(const OnTraining& onTraining) {
  const auto tell = [&](const TrainingMoment& moment) { onTraining(done_, &moment); };
  if (readCheckpoint())
    for (const TrainingMoment& moment : result_.curve) tell(moment);
  else tell(look());
  const int every = std::max(1, options_.steps / kLooks);
  auto saved = std::chrono::steady_clock::now();
  while (done_ < options_.steps && !(options_.stopped && options_.stopped())) {
    lossSum_ += step();
    ++lossCount_;
    onTraining(done_, nullptr);
    if (done_ % every == 0 || done_ == options_.steps) tell(look());
    if (const auto now = std::chrono::steady_clock::now();
        std::chrono::duration<double>(now - saved).count() > options_.checkpointSeconds) {
      writeCheckpoint();
      saved = now;
    }
  }
  result_.finished = done_ >= options_.steps;
  if (result_.finished) writeWeights();
  else writeCheckpoint();
  return result_;
}

void Trainer::writeWeights() const {
  std::vector<StoredTensor> weights = best_;
  for (StoredTensor& tensor : weights) tensor.half = true;
  writeSafetensors(options_.out, weights,
                   {{"patchpilot", "trained embedder"}, {"image", std::to_string(SoundImage::kVersion)}});
}

void Trainer::writeCheckpoint() const {
  std::vector<StoredTensor> all = network_.stored(false);
  for (const StoredTensor& tensor : best_) {
    all.push_back(tensor);
    all.back().name = "best." + tensor.name;
  }
  for (std::size_t i = 0; i < first_.size(); ++i) {
    all.push_back(storedTensor(fmt::format("first.{}", i), first_[i], false));
    all.push_back(storedTensor(fmt::format("second.{}", i), second_[i], false));
    all.push_back(storedTensor(fmt::format("average.{}", i), average_[i], false));
  }
  json curve = json::array();
  for (const TrainingMoment& moment : result_.curve) curve.push_back(toJson(moment));
  const json state = {{"step", done_},
                      {"best_step", result_.bestStep},
                      {"loss_sum", lossSum_},
                      {"loss_count", lossCount_},
                      {"curve", curve}};
  writeSafetensors(options_.checkpoint, all, {{"settings", options_.settings}, {"state", state.dump()}});
}

bool Trainer::readCheckpoint() {
  if (!fs::exists(options_.checkpoint)) return false;
  Safetensors file(options_.checkpoint);
  const auto& about = file.metadata();
  if (!about.contains("settings") || !about.contains("state"))
    failInput("{} is no checkpoint; remove it to begin anew", options_.checkpoint.string());
  if (about.at("settings") != options_.settings)
    failInput(
        "{} is of a training with other data or options; remove it to begin anew, or name another --out",
        options_.checkpoint.string());
  const json state = json::parse(about.at("state"), nullptr, false);
  try {
    done_ = state.at("step").get<int>();
    result_.bestStep = state.at("best_step").get<int>();
    lossSum_ = number(state.at("loss_sum"));
    lossCount_ = state.at("loss_count").get<int>();
    for (const json& moment : state.at("curve")) result_.curve.push_back(momentOf(moment));
  } catch (const json::exception&) {
    failInput("{} is damaged; remove it to begin anew", options_.checkpoint.string());
  }
  best_ = network_.stored(false);
  for (StoredTensor& tensor : best_) file.read("best." + tensor.name, tensor.shape, tensor.values);
  for (std::size_t i = 0; i < first_.size(); ++i) {
    auto& [name, parameter] = network_.parameters()[i];
    copyInto(parameter, name, file);
    copyInto(first_[i], fmt::format("first.{}", i), file);
    copyInto(second_[i], fmt::format("second.{}", i), file);
    copyInto(average_[i], fmt::format("average.{}", i), file);
  }
  return true;
}

}  // namespace patchpilot
