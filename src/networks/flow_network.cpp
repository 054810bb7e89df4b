#include "networks/flow_network.h"

#include "base/error.h"
#include "networks/assignment.h"

#include <ATen/ATen.h>

namespace patchpilot {

namespace {

/// Deals noises out to vectors so that the squared distances are the least in all (minibatch optimal
/// transport, Tong et al. 2024): for each draw a permutation of the rows' noises.
/// @param noise  rows x draws x width. @param vectors  rows x width
at::Tensor nearestNoise(const at::Tensor& noise, const at::Tensor& vectors) {
  const std::int64_t rows = noise.size(0);
  std::vector<at::Tensor> draws;
  for (std::int64_t d = 0; d < noise.size(1); ++d) {
    const at::Tensor own = noise.select(1, d);
    const at::Tensor costs = at::cdist(vectors, own).pow(2).to(at::kCPU).to(at::kDouble).contiguous();
    const auto assigned = leastAssignment(costs.data_ptr<double>(), rows);
    draws.push_back(own.index_select(0, at::tensor(assigned, at::kLong).to(own.device())));
  }
  return at::stack(draws, 1);
}

}  // namespace

FlowNetwork::FlowNetwork(const std::string& field, bool corrector, NetworkSizes& sizes)
    : layout_(VectorLayout::read(sizes)),
      corrector_(corrector),
      draws_(sizes.whole("draws", 4, 1, 64)),
      drop_(sizes.number("drop", 0.1, 0, 1)),
      transport_(sizes.word("coupling", {"independent", "transport"}) == "transport") {
  const SoundSizes sound = SoundSizes::read(sizes);
  SoundSizes seen = sound;
  if (corrector) {
    // The encoder sees the sound, the candidate's, and their difference.
    seen.bands *= 3;
    seen.channels *= 3;
    seen.globals *= 2;
  }
  scale_ = register_module("scale", std::make_shared<SoundScale>(sound));
  encoder_ = register_module("encoder", makeEncoder(sizes.text("encoder", "mixer"), seen, sizes));
  field_ = register_module("field", makeField(field, layout_, {encoder_->width(), corrector}, sizes));
  noSound_ = register_parameter("no_sound", torch::zeros({1, encoder_->width()}));
  spread_ = torch::ones({layout_.width});
  shift_ = torch::zeros({layout_.width});
  for (const VectorLayout::Block& block : layout_.blocks)
    if (block.choice) {
      spread_.narrow(0, block.first, block.count).fill_(2);
      shift_.narrow(0, block.first, block.count).fill_(-1);
    }
  register_buffer("spread", spread_);
  register_buffer("shift", shift_);
  sizes_ = sizes.read();
}

void FlowNetwork::prepare(const Tensors& batch) { scale_->prepare(batch.at(0), batch.at(1)); }

torch::Tensor FlowNetwork::encode(const Tensors& batch, RandomSource& random) {
  torch::Tensor picture = scale_->picture(batch.at(0)), globals = scale_->globals(batch.at(1));
  if (corrector_) {
    const torch::Tensor other = scale_->picture(batch.at(2));
    picture = at::cat({picture, other, picture - other}, 2);
    globals = at::cat({globals, scale_->globals(batch.at(3))}, 1);
  }
  return encoder_->forward(picture, globals, random);
}

torch::Tensor FlowNetwork::candidate(const Tensors& batch) const {
  return corrector_ ? spread(batch.at(4).reshape({-1, layout_.width})) : torch::Tensor();
}

torch::Tensor FlowNetwork::forward(const Tensors& batch, RandomSource& random) {
  torch::Tensor condition = encode(batch, random);
  const std::int64_t rows = condition.size(0);
  if (is_training() && drop_ > 0)
    condition = at::where(random.uniform({rows, 1}) < drop_, noSound_, condition);
  const torch::Tensor wanted = spread(batch.at(batch.size() - 2).reshape({rows, 1, layout_.width}));
  torch::Tensor noise = random.normal({rows, draws_, layout_.width});
  if (transport_) noise = nearestNoise(noise, wanted.squeeze(1));
  // Times of a logit-normal distribution (Esser et al. 2024): the middle of the way is the hardest.
  const torch::Tensor time = at::sigmoid(random.normal({rows, draws_}));
  const torch::Tensor velocity = wanted - noise;
  const torch::Tensor found = field_->velocity(at::addcmul(noise, velocity, time.unsqueeze(2)), time,
                                               field_->prepare(condition, candidate(batch)), random);
  return at::stack({found, velocity}, 2);
}

torch::Tensor FlowNetwork::sample(const Tensors& batch, const SampleOptions& options) {
  RandomSource random(options.seed, noSound_.device());
  const torch::Tensor condition = encode(batch, random), from = candidate(batch);
  const std::int64_t rows = condition.size(0);
  const Tensors given = field_->prepare(condition, from);
  Tensors any;
  if (options.guidance != 1) any = field_->prepare(noSound_.expand({rows, -1}), from);
  torch::Tensor x = random.normal({rows, options.count, layout_.width});
  for (int step = 0; step < options.steps; ++step) {
    const torch::Tensor time = at::full({1, 1}, double(step) / options.steps, x.options());
    torch::Tensor velocity = field_->velocity(x, time, given, random);
    if (options.guidance != 1)
      velocity = at::lerp(field_->velocity(x, time, any, random), velocity, options.guidance);
    x = x + velocity / options.steps;
  }
  return gathered(x);
}

}  // namespace patchpilot
