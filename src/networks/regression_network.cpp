#include "networks/regression_network.h"

#include "networks/assignment.h"

#include <ATen/ATen.h>
#include <torch/utils.h>

#include <algorithm>
#include <numeric>

namespace patchpilot {

namespace {

torch::Tensor indices(const std::vector<std::int64_t>& all) { return at::tensor(all, at::kLong); }

}  // namespace

RegressionOutputs::RegressionOutputs(NetworkSizes& sizes)
    : layout_(VectorLayout::read(sizes)),
      classes_(sizes.whole("classes", 0, 0, 1024)),
      smoothing_(sizes.number("smoothing", 0.5, 0.01, 100)),
      assign_(sizes.word("assign", {"none", "best"}) == "best") {
  if (classes_ == 1) sizes.fail("classes", "it must be 0 or at least 2");
  std::vector<std::int64_t> values, ofChoices, firsts;
  for (const VectorLayout::Block& block : layout_.blocks)
    if (!block.choice) values.push_back(block.first);
  firsts = values;
  width_ = std::int64_t(values.size()) * std::max<std::int64_t>(classes_, 1);
  for (const VectorLayout::Block& block : layout_.blocks) {
    if (!block.choice) continue;
    choices_.push_back({block.first, block.count, width_});
    firsts.push_back(block.first);
    for (std::int64_t i = 0; i < block.count; ++i) ofChoices.push_back(block.first + i);
    width_ += block.count;
  }
  std::vector<std::int64_t> order = values, places(std::size_t(layout_.width));
  order.insert(order.end(), ofChoices.begin(), ofChoices.end());
  for (std::size_t i = 0; i < order.size(); ++i) places[std::size_t(order[i])] = std::int64_t(i);
  values_ = indices(values);
  places_ = indices(places);
  firsts_ = indices(firsts);
}

torch::Tensor RegressionOutputs::valueOutputs(const torch::Tensor& outputs) const {
  const std::int64_t count = values_.size(0);
  const torch::Tensor own = outputs.narrow(1, 0, count * std::max<std::int64_t>(classes_, 1));
  return classes_ == 0 ? own : own.reshape({-1, count, classes_});
}

torch::Tensor RegressionOutputs::assembled(const torch::Tensor& values,
                                           const std::vector<torch::Tensor>& choices) const {
  Tensors parts{values};
  parts.insert(parts.end(), choices.begin(), choices.end());
  return at::cat(parts, 1).index_select(1, places_.to(values.device()));
}

torch::Tensor RegressionOutputs::answers(const torch::Tensor& outputs) const {
  torch::Tensor values = valueOutputs(outputs);
  if (classes_ > 0) {
    // The median, between the classes: what has the least absolute error on average.
    const torch::Tensor below = at::softmax(values, 2).cumsum(2);
    const torch::Tensor middle = below.lt(0.5).sum(2, true).clamp_max(classes_ - 1);
    const torch::Tensor upper = below.gather(2, middle),
                        lower = at::where(middle > 0, below.gather(2, (middle - 1).clamp_min(0)), upper * 0);
    const torch::Tensor place = middle + (0.5 - lower) / (upper - lower).clamp_min(1e-6) - 0.5;
    values = place.squeeze(2) * 2 / double(classes_ - 1) - 1;
  }
  Tensors choices;
  for (const Choice& choice : choices_)
    choices.push_back(at::softmax(outputs.narrow(1, choice.output, choice.count), 1));
  return assembled(values.clamp(-1, 1), choices);
}

torch::Tensor RegressionOutputs::draw(const torch::Tensor& outputs, RandomSource& random) const {
  // The largest of logits with Gumbel noise is a draw by their probabilities (Gumbel 1954).
  const auto drawn = [&](const torch::Tensor& logits) {
    return (logits - (-random.uniform(logits.sizes()).clamp_min(1e-12).log()).log()).argmax(-1);
  };
  torch::Tensor values = valueOutputs(outputs);
  if (classes_ > 0) values = drawn(values).to(at::kFloat) * 2 / double(classes_ - 1) - 1;
  Tensors choices;
  for (const Choice& choice : choices_)
    choices.push_back(
        at::one_hot(drawn(outputs.narrow(1, choice.output, choice.count)), choice.count).to(at::kFloat));
  return assembled(values.clamp(-1, 1), choices);
}

torch::Tensor RegressionOutputs::costs(const torch::Tensor& outputs, const torch::Tensor& vectors,
                                       const torch::Tensor& masks) const {
  const torch::Tensor values = valueOutputs(outputs),
                      wanted = vectors.index_select(1, values_.to(vectors.device()));
  Tensors all;
  if (classes_ == 0) {
    all.push_back((values - wanted).abs());
  } else {
    const torch::Tensor classes = at::arange(classes_, values.options());
    const torch::Tensor far =
        (classes - ((wanted + 1) * (double(classes_ - 1) / 2)).unsqueeze(2)) / smoothing_;
    all.push_back(-(at::softmax(far.pow(2) * -0.5, 2) * at::log_softmax(values, 2)).sum(2));
  }
  for (const Choice& choice : choices_)
    all.push_back(-(at::log_softmax(outputs.narrow(1, choice.output, choice.count), 1) *
                    vectors.narrow(1, choice.first, choice.count))
                       .sum(1, true));
  const torch::Tensor firsts = firsts_.to(outputs.device());
  return at::zeros_like(vectors).index_copy(1, firsts, at::cat(all, 1) * masks.index_select(1, firsts));
}

torch::Tensor RegressionOutputs::bestPlaces(const torch::Tensor& outputs, const torch::Tensor& vectors,
                                            const torch::Tensor& masks) const {
  const torch::NoGradGuard noGradients;
  const std::int64_t rows = vectors.size(0), width = layout_.width;
  std::vector<std::int64_t> places(std::size_t(rows * width));
  for (std::int64_t i = 0; i < rows * width; ++i) places[std::size_t(i)] = i % width;
  for (const VectorLayout::SectionKind& kind : layout_.kinds) {
    const auto count = std::int64_t(kind.members.size());
    if (count == 1) continue;
    // costs[row][i][j]: of section i judged by section j; each turn of the sections gives one j for all i.
    std::vector<double> costsOf(std::size_t(rows * count * count));
    for (std::int64_t turn = 0; turn < count; ++turn) {
      std::vector<std::int64_t> turned(static_cast<std::size_t>(width));
      std::iota(turned.begin(), turned.end(), 0);
      for (std::int64_t i = 0; i < count; ++i)
        for (std::size_t k = 0; k < kind.members[0].size(); ++k)
          turned[std::size_t(kind.members[std::size_t(i)][k])] =
              kind.members[std::size_t((i + turn) % count)][k];
      const torch::Tensor from = indices(turned).to(vectors.device());
      const torch::Tensor each =
          costs(outputs, vectors.index_select(1, from), masks.index_select(1, from)).cpu();
      for (std::int64_t i = 0; i < count; ++i) {
        const torch::Tensor own =
            each.index_select(1, indices(kind.members[std::size_t(i)])).sum(1).contiguous();
        for (std::int64_t row = 0; row < rows; ++row)
          costsOf[std::size_t((row * count + i) * count + (i + turn) % count)] =
              double(own.data_ptr<float>()[row]);
      }
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto assigned = leastAssignment(costsOf.data() + row * count * count, count);
      for (std::size_t i = 0; i < assigned.size(); ++i)
        for (std::size_t k = 0; k < kind.members[0].size(); ++k)
          places[std::size_t(row * width + kind.members[i][k])] = kind.members[std::size_t(assigned[i])][k];
    }
  }
  return indices(places).reshape({rows, width}).to(vectors.device());
}

torch::Tensor RegressionOutputs::loss(const torch::Tensor& outputs, torch::Tensor vectors,
                                      torch::Tensor masks) const {
  vectors = vectors.reshape({-1, layout_.width});
  masks = masks.reshape({-1, layout_.width});
  if (assign_) {
    const torch::Tensor places = bestPlaces(outputs, vectors, masks);
    vectors = vectors.gather(1, places);
    masks = masks.gather(1, places);
  }
  return costs(outputs, vectors, masks).sum() /
         masks.index_select(1, firsts_.to(masks.device())).sum().clamp_min(1);
}

RegressionNetwork::RegressionNetwork(const std::string& encoder, NetworkSizes& sizes)
    : outputs_(sizes), dropout_(sizes.number("dropout", 0, 0, 0.9)) {
  const SoundSizes sound = SoundSizes::read(sizes);
  scale_ = register_module("scale", std::make_shared<SoundScale>(sound));
  encoder_ = register_module("encoder", makeEncoder(encoder, sound, sizes));
  const std::int64_t hidden = encoder_->width(), layers = sizes.whole("layers", 2, 0, 64);
  for (std::int64_t b = 0; b < layers; ++b) blocks_.push_back(residualBlock(*this, b, hidden, norm(hidden)));
  outNorm_ = register_module("out_norm", norm(hidden));
  out_ = register_module("out", linear(hidden, outputs_.width(), kSmallGain));
  sizes_ = sizes.read();
}

void RegressionNetwork::prepare(const Tensors& batch) { scale_->prepare(batch.at(0), batch.at(1)); }

torch::Tensor RegressionNetwork::forward(const Tensors& batch, RandomSource& random) {
  torch::Tensor x = encoder_->forward(scale_->picture(batch.at(0)), scale_->globals(batch.at(1)), random);
  for (ResidualBlock& block : blocks_) {
    torch::Tensor inner = torch::gelu(block.first(block.norm(x)));
    if (is_training()) inner = random.dropout(inner, dropout_);
    x = x + block.second(inner);
  }
  return out_(outNorm_(x));
}

torch::Tensor RegressionNetwork::sample(const Tensors& batch, const SampleOptions& options) {
  RandomSource random(options.seed, batch.at(0).device());
  const torch::Tensor outputs = forward(batch, random);
  Tensors all{outputs_.answers(outputs)};
  while (std::int64_t(all.size()) < options.count) all.push_back(outputs_.draw(outputs, random));
  return at::stack(all, 1);
}

}  // namespace patchpilot
