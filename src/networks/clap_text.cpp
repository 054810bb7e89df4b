#include "networks/clap_text.h"

#include "base/error.h"

#include <cmath>

namespace patchpilot {

ClapTextTower::ClapTextTower(const ClapConfig& config, Safetensors& file)
    : config_(config.text),
      projection_(Weights(file)["text_projection"], config_.channels, config.projection) {
  const std::int64_t channels = config_.channels;
  const Weights weights = Weights(file)["text_model"], embeddings = weights["embeddings"];
  words_ = embeddings["word_embeddings"]("weight", {config_.vocabulary, channels});
  positions_ = embeddings["position_embeddings"]("weight", {config_.positions, channels});
  type_ = embeddings["token_type_embeddings"]("weight", {config_.tokenTypes, channels})[0];
  norm_ = NormLayer(embeddings["LayerNorm"], channels, config_.normEpsilon);
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    const Weights layer = weights["encoder"]["layer"][i], attention = layer["attention"];
    layers_.push_back({LinearLayer(attention["self"]["query"], channels, channels),
                       LinearLayer(attention["self"]["key"], channels, channels),
                       LinearLayer(attention["self"]["value"], channels, channels),
                       LinearLayer(attention["output"]["dense"], channels, channels),
                       LinearLayer(layer["intermediate"]["dense"], channels, config_.intermediate),
                       LinearLayer(layer["output"]["dense"], config_.intermediate, channels),
                       NormLayer(attention["output"]["LayerNorm"], channels, config_.normEpsilon),
                       NormLayer(layer["output"]["LayerNorm"], channels, config_.normEpsilon)});
  }
  pooler_ = LinearLayer(weights["pooler"]["dense"], channels, channels);
}

at::Tensor ClapTextTower::runLayer(const Layer& layer, const at::Tensor& x) const {
  const std::int64_t perHead = config_.channels / config_.heads;
  const auto byHead = [&](const at::Tensor& rows) {
    return rows.view({-1, config_.heads, perHead}).transpose(0, 1);
  };
  const at::Tensor scores =
      at::bmm(byHead(layer.query(x)), byHead(layer.key(x)).transpose(1, 2)) / std::sqrt(double(perHead));
  const at::Tensor heard =
      at::bmm(at::softmax(scores, -1), byHead(layer.value(x))).transpose(0, 1).reshape_as(x);
  const at::Tensor y = layer.attentionNorm(layer.out(heard) + x);
  return layer.outputNorm(layer.narrow(at::gelu(layer.widen(y))) + y);
}

at::Tensor ClapTextTower::embed(const std::vector<std::int64_t>& tokens,
                                const LayerListener& listener) const {
  if (tokens.empty() || std::int64_t(tokens.size()) > mostTokens())
    failUsage("the text has {} tokens; this model reads at most {}: shorten it", tokens.size(), mostTokens());
  for (const std::int64_t token : tokens)
    if (token < 0 || token >= config_.vocabulary)
      failInput("the token {} is beyond the model's {}; its vocabulary belongs to another model", token,
                config_.vocabulary);
  const at::Tensor numbers =
      at::from_blob(const_cast<std::int64_t*>(tokens.data()), {std::int64_t(tokens.size())}, at::kLong);
  at::Tensor x = norm_(words_.index_select(0, numbers) +
                       positions_.narrow(0, config_.padding + 1, numbers.numel()) + type_);
  if (listener) listener("embeddings", x);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    x = runLayer(layers_[i], x);
    if (listener) listener(fmt::format("encoder.layer.{}", i), x);
  }
  return projection_(at::tanh(pooler_(x.narrow(0, 0, 1)))).view({-1});
}

}  // namespace patchpilot
