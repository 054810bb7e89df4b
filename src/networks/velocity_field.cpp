#include "networks/velocity_field.h"

#include "base/error.h"
#include "networks/torch_layers.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <vector>

namespace patchpilot {

namespace {

constexpr std::int64_t kTimeValues = 128;  ///< that blocks get of the time
constexpr std::int64_t kToldValues = 4;    ///< of a token block: scale and shift, before attention and MLP
constexpr double kInitialNoise = 1e-4;     ///< of Param2Tok's symmetric beginning

constexpr std::int64_t kTimeFeatures = 64;

/// Sines and cosines of times at frequencies from 1 to 1000 radians: shape of `time` x kTimeFeatures.
torch::Tensor timeFeatures(const torch::Tensor& time) {
  const torch::Tensor frequencies = at::logspace(0, 3, kTimeFeatures / 2, 10, time.options());
  const torch::Tensor angles = time.unsqueeze(-1) * frequencies;
  return at::cat({angles.sin(), angles.cos()}, -1);
}

/// A residual MLP. In each block the sound and the time scale and shift what is normalised (adaptive layer
/// normalisation, Peebles and Xie 2023), each by a term of its own: the sound's is computed once for all
/// vectors and times.
class MlpField : public VelocityField {
 public:
  /// Sizes: `hidden` (384), `layers` (5), `dropout` (0).
  MlpField(const VectorLayout& layout, const FieldInputs& inputs, NetworkSizes& sizes);

  Tensors prepare(const torch::Tensor& condition, const torch::Tensor& candidate) override;
  torch::Tensor velocity(const torch::Tensor& x, const torch::Tensor& time, const Tensors& prepared,
                         RandomSource& random) override;

 private:
  std::int64_t hidden_;
  double dropout_;
  torch::nn::Linear in_{nullptr}, inCandidate_{nullptr}, inCondition_{nullptr}, inTime_{nullptr},
      fromTime_{nullptr}, out_{nullptr};
  torch::nn::LayerNorm outNorm_{nullptr};
  std::vector<ResidualBlock> blocks_;
};

MlpField::MlpField(const VectorLayout& layout, const FieldInputs& inputs, NetworkSizes& sizes)
    : hidden_(sizes.whole("hidden", 384, 1, 4096)), dropout_(sizes.number("dropout", 0, 0, 0.9)) {
  const std::int64_t layers = sizes.whole("layers", 5, 1, 64);
  in_ = register_module("in", linear(layout.width, hidden_));
  if (inputs.candidate) inCandidate_ = register_module("in_candidate", linear(layout.width, hidden_));
  inCondition_ = register_module("in_condition", linear(inputs.condition, 2 * layers * hidden_, kSmallGain));
  inTime_ = register_module("in_time", linear(kTimeFeatures, kTimeValues));
  fromTime_ = register_module("from_time", linear(kTimeValues, 2 * layers * hidden_, kSmallGain));
  for (std::int64_t b = 0; b < layers; ++b)
    blocks_.push_back(residualBlock(*this, b, hidden_, plainNorm(hidden_)));
  outNorm_ = register_module("out_norm", norm(hidden_));
  out_ = register_module("out", linear(hidden_, layout.width, kSmallGain));
}

Tensors MlpField::prepare(const torch::Tensor& condition, const torch::Tensor& candidate) {
  Tensors prepared{inCondition_(condition).unsqueeze(1)};
  if (inCandidate_) prepared.push_back(inCandidate_(candidate).unsqueeze(1));
  return prepared;
}

torch::Tensor MlpField::velocity(const torch::Tensor& x, const torch::Tensor& time, const Tensors& prepared,
                                 RandomSource& random) {
  const torch::Tensor told = prepared[0] + fromTime_(torch::silu(inTime_(timeFeatures(time))));
  torch::Tensor h = in_(x);
  if (inCandidate_) h = h + prepared[1];
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const torch::Tensor scale = told.narrow(-1, std::int64_t(2 * b) * hidden_, hidden_),
                        shift = told.narrow(-1, std::int64_t(2 * b + 1) * hidden_, hidden_);
    torch::Tensor inner = torch::gelu(blocks_[b].first(at::addcmul(shift, blocks_[b].norm(h), scale + 1)));
    if (is_training()) inner = random.dropout(inner, dropout_);
    h = h + blocks_[b].second(inner);
  }
  return out_(outNorm_(h));
}

/// A transformer over tokens that have no position (Vaswani et al. 2017), as a velocity field: exchanging
/// tokens exchanges what comes out. In each block the sound and the time scale and shift what is normalised,
/// all tokens alike. What a token is, derived classes say.
class TokenField : public VelocityField {
 public:
  torch::Tensor velocity(const torch::Tensor& x, const torch::Tensor& time, const Tensors& prepared,
                         RandomSource& random) override;

 protected:
  /// Sizes: `hidden` (128) of a token, `layers` (4), `heads` (4), `token_mlp` (256): hidden values of the
  /// layers after attention, `dropout` (0).
  TokenField(std::int64_t condition, NetworkSizes& sizes);

  std::int64_t hidden() const { return hidden_; }

  /// The sound's part of what scales and shifts: rows x 1 x values, the first that `prepare` gives.
  torch::Tensor prepareBlocks(const torch::Tensor& condition) { return inCondition_(condition).unsqueeze(1); }

  /// @param x  vectors x width. @param told  by `prepare`, of each vector: vectors x values; the first is not
  ///           among them. @return vectors x tokens x hidden
  virtual torch::Tensor tokens(const torch::Tensor& x, const Tensors& told) = 0;
  /// @param tokens  vectors x tokens x hidden. @return vectors x width
  virtual torch::Tensor values(const torch::Tensor& tokens) = 0;

 private:
  struct Block {
    torch::nn::LayerNorm attentionNorm{nullptr}, mlpNorm{nullptr};
    torch::nn::Linear in{nullptr}, out{nullptr}, first{nullptr}, second{nullptr};
  };

  std::int64_t hidden_, heads_;
  double dropout_;
  torch::nn::Linear inCondition_{nullptr}, inTime_{nullptr}, fromTime_{nullptr};
  torch::nn::LayerNorm outNorm_{nullptr};
  std::vector<Block> blocks_;
};

/// A token for each section of the vector. Equal sections share all weights: the field is exactly equivariant
/// to their exchange, as the synth is. (Hayes et al. 2025 learn the synth's symmetries; here the space gives
/// them.)
class SectionsField : public TokenField {
 public:
  SectionsField(const VectorLayout& layout, const FieldInputs& inputs, NetworkSizes& sizes);

  Tensors prepare(const torch::Tensor& condition, const torch::Tensor& candidate) override;

 protected:
  torch::Tensor tokens(const torch::Tensor& x, const Tensors& told) override;
  torch::Tensor values(const torch::Tensor& tokens) override;

 private:
  struct Kind {
    std::int64_t sections, length;
    torch::nn::Linear in{nullptr}, inCandidate{nullptr}, out{nullptr};
  };

  std::vector<Kind> kinds_;
  torch::nn::Linear kindCondition_{nullptr};  ///< what the sound says to each kind
  bool candidate_;
  torch::Tensor order_, inverse_;  ///< indices: of the vector in the order of the tokens, and back
};

/// Param2Tok (Hayes, Saitis and Fazekas 2025): each parameter has a learnt direction in a token and a learnt
/// assignment to the tokens, which an L1 penalty keeps sparse. For spaces whose symmetries nobody has written
/// down. It begins fully symmetric: parameters differ by little noise only.
class LearntTokensField : public TokenField {
 public:
  /// Sizes besides: `tokens` (32), `assignment_penalty` (0.01).
  LearntTokensField(const VectorLayout& layout, const FieldInputs& inputs, NetworkSizes& sizes);

  Tensors prepare(const torch::Tensor& condition, const torch::Tensor& candidate) override;
  torch::Tensor penalty() const override { return assignment_.abs().mean() * penalty_; }

 protected:
  torch::Tensor tokens(const torch::Tensor& x, const Tensors& told) override;
  torch::Tensor values(const torch::Tensor& tokens) override;

 private:
  /// The matrix from vectors to tokens: width x (tokens * hidden).
  torch::Tensor matrix(const torch::Tensor& directions) const;

  std::int64_t width_, tokens_;
  double penalty_;
  torch::Tensor assignment_;         ///< tokens x width
  torch::Tensor inward_, outward_;   ///< directions: width x hidden
  torch::Tensor inwardOfCandidate_;  ///< undefined if the field knows none
  torch::Tensor bias_;  ///< of each token: tokens x hidden, noise at first, so that tokens differ
};

TokenField::TokenField(std::int64_t condition, NetworkSizes& sizes)
    : hidden_(sizes.whole("hidden", 128, 1, 4096)),
      heads_(sizes.whole("heads", 4, 1, 64)),
      dropout_(sizes.number("dropout", 0, 0, 0.9)) {
  if (hidden_ % heads_ != 0) sizes.fail("heads", fmt::format("hidden is {}, no multiple of it", hidden_));
  const std::int64_t layers = sizes.whole("layers", 4, 1, 64), mlp = sizes.whole("token_mlp", 256, 1, 4096),
                     told = layers * kToldValues * hidden_;
  inCondition_ = register_module("in_condition", linear(condition, told, kSmallGain));
  inTime_ = register_module("in_time", linear(kTimeFeatures, kTimeValues));
  fromTime_ = register_module("from_time", linear(kTimeValues, told, kSmallGain));
  for (std::int64_t b = 0; b < layers; ++b) {
    const auto module = register_module(fmt::format("block{}", b), std::make_shared<torch::nn::Module>());
    Block block;
    block.attentionNorm = module->register_module("attention_norm", plainNorm(hidden_));
    block.in = module->register_module("in", linear(hidden_, 3 * hidden_));
    block.out = module->register_module("out", linear(hidden_, hidden_, kSmallGain));
    block.mlpNorm = module->register_module("mlp_norm", plainNorm(hidden_));
    block.first = module->register_module("first", linear(hidden_, mlp));
    block.second = module->register_module("second", linear(mlp, hidden_, kSmallGain));
    blocks_.push_back(block);
  }
  outNorm_ = register_module("out_norm", norm(hidden_));
}

torch::Tensor TokenField::velocity(const torch::Tensor& x, const torch::Tensor& time, const Tensors& prepared,
                                   RandomSource& random) {
  const std::int64_t rows = x.size(0), each = x.size(1), vectors = rows * each;
  const auto ofVectors = [&](const torch::Tensor& ofRows) {
    return ofRows.expand({rows, each, -1}).reshape({vectors, -1});
  };
  const torch::Tensor told =
      ofVectors(prepared[0] + fromTime_(torch::silu(inTime_(timeFeatures(time))))).unsqueeze(1);
  Tensors others;
  for (std::size_t i = 1; i < prepared.size(); ++i) others.push_back(ofVectors(prepared[i]));
  torch::Tensor h = tokens(x.reshape({vectors, -1}), others);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    Block& block = blocks_[b];
    const auto toldValue = [&](std::int64_t i) {
      return told.narrow(2, (std::int64_t(b) * kToldValues + i) * hidden_, hidden_);
    };
    h = h + selfAttention(block.in, block.out,
                          at::addcmul(toldValue(1), block.attentionNorm(h), toldValue(0) + 1), heads_);
    torch::Tensor inner =
        torch::gelu(block.first(at::addcmul(toldValue(3), block.mlpNorm(h), toldValue(2) + 1)));
    if (is_training()) inner = random.dropout(inner, dropout_);
    h = h + block.second(inner);
  }
  return values(outNorm_(h)).reshape({rows, each, -1});
}

SectionsField::SectionsField(const VectorLayout& layout, const FieldInputs& inputs, NetworkSizes& sizes)
    : TokenField(inputs.condition, sizes), candidate_(inputs.candidate) {
  std::vector<std::int64_t> order;
  for (const VectorLayout::SectionKind& sections : layout.kinds) {
    const auto module =
        register_module(fmt::format("kind{}", kinds_.size()), std::make_shared<torch::nn::Module>());
    Kind kind;
    kind.sections = std::int64_t(sections.members.size());
    kind.length = std::int64_t(sections.members[0].size());
    kind.in = module->register_module("in", linear(kind.length, hidden()));
    if (candidate_) kind.inCandidate = module->register_module("in_candidate", linear(kind.length, hidden()));
    kind.out = module->register_module("out", linear(hidden(), kind.length, kSmallGain));
    kinds_.push_back(kind);
    for (const auto& member : sections.members) order.insert(order.end(), member.begin(), member.end());
  }
  kindCondition_ =
      register_module("kind_condition", linear(inputs.condition, std::int64_t(kinds_.size()) * hidden()));
  std::vector<std::int64_t> inverse(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) inverse[std::size_t(order[i])] = std::int64_t(i);
  order_ = at::tensor(order, at::kLong);
  inverse_ = at::tensor(inverse, at::kLong);
}

Tensors SectionsField::prepare(const torch::Tensor& condition, const torch::Tensor& candidate) {
  Tensors prepared{prepareBlocks(condition), kindCondition_(condition).unsqueeze(1)};
  if (candidate_) prepared.push_back(candidate.unsqueeze(1));
  return prepared;
}

torch::Tensor SectionsField::tokens(const torch::Tensor& x, const Tensors& told) {
  const torch::Tensor order = order_.to(x.device());
  const torch::Tensor own = x.index_select(1, order);
  const torch::Tensor candidate = candidate_ ? told[1].index_select(1, order) : torch::Tensor();
  Tensors all;
  std::int64_t first = 0;
  for (std::size_t k = 0; k < kinds_.size(); ++k) {
    Kind& kind = kinds_[k];
    const auto sectionsOf = [&](const torch::Tensor& values) {
      return values.narrow(1, first, kind.sections * kind.length).reshape({-1, kind.sections, kind.length});
    };
    torch::Tensor token = kind.in(sectionsOf(own));
    if (candidate_) token = token + kind.inCandidate(sectionsOf(candidate));
    all.push_back(token + told[0].narrow(1, std::int64_t(k) * hidden(), hidden()).unsqueeze(1));
    first += kind.sections * kind.length;
  }
  return at::cat(all, 1);
}

torch::Tensor SectionsField::values(const torch::Tensor& tokens) {
  Tensors all;
  std::int64_t first = 0;
  for (Kind& kind : kinds_) {
    all.push_back(kind.out(tokens.narrow(1, first, kind.sections)).flatten(1));
    first += kind.sections;
  }
  return at::cat(all, 1).index_select(1, inverse_.to(tokens.device()));
}

LearntTokensField::LearntTokensField(const VectorLayout& layout, const FieldInputs& inputs,
                                     NetworkSizes& sizes)
    : TokenField(inputs.condition, sizes),
      width_(layout.width),
      tokens_(sizes.whole("tokens", 32, 1, 1024)),
      penalty_(sizes.number("assignment_penalty", 0.01, 0, 1e6)) {
  const auto directions = [&] {
    return torch::randn({1, hidden()}) + torch::randn({width_, hidden()}) * kInitialNoise;
  };
  assignment_ = register_parameter("assignment",
                                   torch::full({tokens_, width_}, 1 / std::sqrt(double(tokens_ * width_))) +
                                       torch::randn({tokens_, width_}) * kInitialNoise);
  const torch::Tensor first = directions();
  inward_ = register_parameter("inward", first);
  outward_ = register_parameter("outward", first.detach() / double(hidden()));
  if (inputs.candidate) inwardOfCandidate_ = register_parameter("inward_of_candidate", directions());
  bias_ = register_parameter("bias", torch::randn({tokens_, hidden()}) * kInitialNoise);
}

Tensors LearntTokensField::prepare(const torch::Tensor& condition, const torch::Tensor& candidate) {
  Tensors prepared{prepareBlocks(condition)};
  if (inwardOfCandidate_.defined())
    prepared.push_back(at::mm(candidate, matrix(inwardOfCandidate_)).unsqueeze(1));
  return prepared;
}

torch::Tensor LearntTokensField::matrix(const torch::Tensor& directions) const {
  return (assignment_.t().unsqueeze(2) * directions.unsqueeze(1)).reshape({width_, tokens_ * hidden()});
}

torch::Tensor LearntTokensField::tokens(const torch::Tensor& x, const Tensors& told) {
  torch::Tensor all = at::addmm(bias_.reshape({1, -1}), x, matrix(inward_));
  if (!told.empty()) all = all + told[0];
  return all.reshape({-1, tokens_, hidden()});
}

torch::Tensor LearntTokensField::values(const torch::Tensor& tokens) {
  return at::mm(tokens.reshape({-1, tokens_ * hidden()}), matrix(outward_).t());
}

struct FieldEntry {
  std::string_view name;
  std::shared_ptr<VelocityField> (*make)(const VectorLayout& layout, const FieldInputs& inputs,
                                         NetworkSizes& sizes);
};

template <typename Field>
std::shared_ptr<VelocityField> make(const VectorLayout& layout, const FieldInputs& inputs,
                                    NetworkSizes& sizes) {
  return std::make_shared<Field>(layout, inputs, sizes);
}

constexpr FieldEntry kFields[] = {
    {"mlp", make<MlpField>}, {"sections", make<SectionsField>}, {"param2tok", make<LearntTokensField>}};

}  // namespace

std::shared_ptr<VelocityField> makeField(const std::string& name, const VectorLayout& layout,
                                         const FieldInputs& inputs, NetworkSizes& sizes) {
  for (const FieldEntry& entry : kFields)
    if (entry.name == name) return entry.make(layout, inputs, sizes);
  throw Error(ExitCode::internal, fmt::format("there is no velocity field '{}'", name));
}

}  // namespace patchpilot
