#include "networks/network_trainer.h"

#include "base/error.h"
#include "base/random.h"
#include "networks/network_file.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/utils.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <future>
#include <sstream>

namespace patchpilot {

namespace {

constexpr const char* kStep = "trainer_step";  ///< metadata of a checkpoint

/// The random numbers of evaluations: the same in each, so that losses can be compared.
constexpr std::uint64_t kEvaluationSeed = 0x6576616c75617465;

/// What AdamW keeps of a parameter. LibTorch 1.13 finds it by the parameter's address as text, 2.x by the
/// address.
template <typename States>
auto& stateOf(States& states, const torch::Tensor& parameter) {
  using Key = typename std::decay_t<States>::key_type;
  if constexpr (std::is_same_v<Key, std::string>) {
    std::ostringstream address;
    address << parameter.unsafeGetTensorImpl();
    return states[address.str()];
  } else {
    return states[parameter.unsafeGetTensorImpl()];
  }
}

std::unique_ptr<torch::optim::AdamW> makeOptimizer(const std::vector<torch::Tensor>& parameters,
                                                   const FitOptions& options) {
  std::vector<torch::Tensor> matrices, others;
  for (const torch::Tensor& parameter : parameters)
    (parameter.dim() > 1 ? matrices : others).push_back(parameter);
  const auto group = [&](const std::vector<torch::Tensor>& members, double decay) {
    auto own = std::make_unique<torch::optim::AdamWOptions>(options.rate);
    own->betas({options.beta1, options.beta2}).weight_decay(decay);
    return torch::optim::OptimizerParamGroup(members, std::move(own));
  };
  return std::make_unique<torch::optim::AdamW>(
      std::vector{group(matrices, options.weightDecay), group(others, 0)});
}

/// Copies an answer to where the caller wants it.
void copyTo(std::span<float> outputs, const torch::Tensor& answers) {
  const torch::Tensor values = answers.to(torch::kCPU).to(torch::kFloat).contiguous();
  if (std::size_t(values.numel()) != outputs.size())
    throw Error(ExitCode::internal, fmt::format("the network gives {} values for a batch, asked for are {}",
                                                values.numel(), outputs.size()));
  std::copy_n(values.data_ptr<float>(), outputs.size(), outputs.begin());
}

}  // namespace

NetworkTrainer::NetworkTrainer(std::shared_ptr<TrainableNetwork> network, Loss loss,
                               const FitOptions& options, std::int64_t dimension, BatchRows rows)
    : options_(options),
      device_(torch::cuda::is_available() ? torch::kCUDA : torch::kCPU),
      network_(std::move(network)),
      loss_(std::move(loss)),
      dimension_(dimension),
      rows_(rows) {
  // Threads share the rows of a batch, which keeps them busier than sharing each operation does.
  at::set_num_threads(rows == BatchRows::apart ? 1 : options.threads);
  network_->to(device_);
  parameters_ = network_->parameters();
  for (const torch::Tensor& parameter : parameters_) average_.push_back(parameter.detach().clone());
  optimizer_ = makeOptimizer(parameters_, options_);
}

Tensors NetworkTrainer::tensorsOf(BatchView batch) const {
  Tensors all;
  for (const TensorView& view : batch.all()) {
    std::size_t dimensions = view.shape.size();
    while (dimensions > 1 && view.shape[dimensions - 1] == 1) --dimensions;
    all.push_back(
        torch::from_blob(const_cast<float*>(view.data), at::IntArrayRef(view.shape.data(), dimensions))
            .to(device_));
  }
  return all;
}

void NetworkTrainer::prepare(BatchView batch) {
  const torch::NoGradGuard noGradients;
  network_->prepare(tensorsOf(batch));
}

void NetworkTrainer::start(const char* weights) {
  Safetensors file(weights);
  readWeights(file, *network_);
  for (std::size_t i = 0; i < average_.size(); ++i) average_[i].copy_(parameters_[i].detach());
}

double NetworkTrainer::rate() const {
  const double place = double(done_) / double(options_.steps);
  return options_.rate * std::min(place / options_.warmUp, 0.5 * (1 + std::cos(M_PI * place)));
}

NetworkTrainer::Part NetworkTrainer::partOf(const Tensors& batch, std::uint64_t seed, double share) const {
  RandomSource random(seed, device_);
  torch::Tensor loss = loss_(batch, network_->forward(batch, random));
  if (const torch::Tensor penalty = network_->penalty(); penalty.defined()) loss = loss + penalty;
  return {loss.item<double>() * share,
          torch::autograd::grad({loss * share}, parameters_, {}, {}, false, true)};
}

std::vector<NetworkTrainer::Part> NetworkTrainer::partsOf(const Tensors& batch) const {
  SplitMix64 seeds(options_.seed, std::uint64_t(done_));
  const std::int64_t rows = batch.at(0).size(0),
                     count = rows_ == BatchRows::apart && device_.is_cpu()
                                 ? std::clamp<std::int64_t>(options_.threads, 1, rows)
                                 : 1;
  if (count == 1) return {partOf(batch, seeds.next(), 1)};
  std::vector<std::future<Part>> running;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = i * rows / count, own = (i + 1) * rows / count - first;
    Tensors part;
    for (const torch::Tensor& tensor : batch) part.push_back(tensor.narrow(0, first, own));
    running.push_back(std::async(std::launch::async, [this, part = std::move(part), seed = seeds.next(),
                                                      share = double(own) / double(rows)] {
      at::init_num_threads();
      return partOf(part, seed, share);
    }));
  }
  std::vector<Part> parts;
  for (auto& one : running) parts.push_back(one.get());
  return parts;
}

double NetworkTrainer::step(BatchView batch) {
  network_->train();
  const std::vector<Part> parts = partsOf(tensorsOf(batch));
  double loss = 0;
  for (const Part& part : parts) loss += part.loss;
  // Sums in the order of the parts, so that the result does not depend on which thread is first.
  std::vector<torch::Tensor> withGradient;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor sum = parts.front().gradients[i];
    for (std::size_t p = 1; p < parts.size(); ++p)
      if (sum.defined()) sum = sum + parts[p].gradients[i];
    parameters_[i].mutable_grad() = sum;
    if (sum.defined()) withGradient.push_back(parameters_[i]);
  }
  if (options_.clip > 0) torch::nn::utils::clip_grad_norm_(withGradient, options_.clip);
  ++done_;
  for (auto& group : optimizer_->param_groups()) group.options().set_lr(rate());
  optimizer_->step();
  updateAverage();
  return loss;
}

void NetworkTrainer::updateAverage() {
  const torch::NoGradGuard noGradients;
  // The first steps count evenly, so that the average does not stay where it began.
  const double share = std::max(1 - options_.average, 1.0 / double(done_));
  for (std::size_t i = 0; i < average_.size(); ++i) average_[i].lerp_(parameters_[i], share);
}

void NetworkTrainer::exchangeAverage() {
  for (std::size_t i = 0; i < average_.size(); ++i) {
    const torch::Tensor current = parameters_[i].clone();
    parameters_[i].copy_(average_[i]);
    average_[i].copy_(current);
  }
}

double NetworkTrainer::evaluate(BatchView batch, std::span<float> outputs) {
  const torch::NoGradGuard noGradients;
  network_->eval();
  RandomSource random(kEvaluationSeed, device_);
  const Tensors tensors = tensorsOf(batch);
  exchangeAverage();
  const torch::Tensor answered = network_->forward(tensors, random);
  const double loss = loss_(tensors, answered).item<double>();
  exchangeAverage();
  if (!outputs.empty()) copyTo(outputs, network_->answers(answered));
  return loss;
}

void NetworkTrainer::sample(BatchView batch, const SampleOptions& options, std::span<float> outputs) {
  const torch::NoGradGuard noGradients;
  network_->eval();
  exchangeAverage();
  const torch::Tensor answered = network_->sample(tensorsOf(batch), options);
  exchangeAverage();
  copyTo(outputs, answered);
}

void NetworkTrainer::keepBest() {
  const torch::NoGradGuard noGradients;
  exchangeAverage();
  best_.clear();
  for (const auto& [name, tensor] : weightsOf(*network_)) best_.push_back(storedTensor(name, tensor, false));
  exchangeAverage();
}

void NetworkTrainer::saveCheckpoint(const char* file, std::span<const Setting> about) const {
  std::vector<StoredTensor> all;
  for (const auto& [name, tensor] : weightsOf(*network_)) all.push_back(storedTensor(name, tensor, false));
  for (const StoredTensor& tensor : best_) {
    all.push_back(tensor);
    all.back().name = "best." + tensor.name;
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    all.push_back(storedTensor(fmt::format("average.{}", i), average_[i], false));
    const auto& kept = stateOf(optimizer_->state(), parameters_[i]);
    if (!kept) continue;  // it had no gradient yet
    const auto& state = static_cast<const torch::optim::AdamWParamState&>(*kept);
    all.push_back(storedTensor(fmt::format("first.{}", i), state.exp_avg(), false));
    all.push_back(storedTensor(fmt::format("second.{}", i), state.exp_avg_sq(), false));
  }
  auto metadata = metadataOf(about);
  metadata[kStep] = std::to_string(done_);
  writeSafetensors(file, all, metadata);
}

void NetworkTrainer::loadCheckpoint(const char* path) {
  Safetensors file(path);
  const auto step = file.metadata().find(kStep);
  if (step == file.metadata().end()) failInput("{} is no checkpoint; remove it to begin anew", path);
  const std::string& text = step->second;
  if (std::from_chars(text.data(), text.data() + text.size(), done_).ec != std::errc() || done_ < 0)
    failInput("{} is damaged; remove it to begin anew", path);
  readWeights(file, *network_);
  best_.clear();
  for (const auto& [name, tensor] : weightsOf(*network_)) {
    if (!file.contains("best." + name)) continue;
    best_.push_back(storedTensor(name, tensor, false));
    file.read("best." + name, best_.back().shape, best_.back().values);
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    readTensor(file, fmt::format("average.{}", i), average_[i]);
    if (!file.contains(fmt::format("first.{}", i))) continue;
    auto state = std::make_unique<torch::optim::AdamWParamState>();
    state->step(done_);
    state->exp_avg(torch::zeros_like(average_[i]));
    state->exp_avg_sq(torch::zeros_like(average_[i]));
    readTensor(file, fmt::format("first.{}", i), state->exp_avg());
    readTensor(file, fmt::format("second.{}", i), state->exp_avg_sq());
    stateOf(optimizer_->state(), parameters_[i]) = std::move(state);
  }
}

void NetworkTrainer::write(const char* file, std::span<const Setting> about) const {
  std::vector<StoredTensor> weights = best_;
  for (StoredTensor& tensor : weights) tensor.half = true;
  auto metadata = metadataOf(about);
  for (const auto& [name, value] : network_->sizes()) metadata[kSizePrefix + name] = value;
  writeSafetensors(file, weights, metadata);
}

}  // namespace patchpilot
