#pragma once

#include <torch/nn/init.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace patchpilot {

/// A layer whose weights are drawn from a normal distribution that keeps the variance of its inputs.
/// @param gain  times that
inline torch::nn::Linear linear(std::int64_t inputs, std::int64_t outputs, double gain = 1) {
  torch::nn::Linear layer(inputs, outputs);
  torch::nn::init::normal_(layer->weight, 0, gain / std::sqrt(double(inputs)));
  torch::nn::init::zeros_(layer->bias);
  return layer;
}

/// Layer normalisation (Ba et al. 2016) over the last dimension.
inline torch::nn::LayerNorm norm(std::int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}));
}

/// The gain of layers whose outputs begin small: with such a last layer a residual block begins near the
/// identity.
inline constexpr double kSmallGain = 0.1;

/// The layers of a residual MLP block, which are all of one width.
struct ResidualBlock {
  torch::nn::LayerNorm norm{nullptr};
  torch::nn::Linear first{nullptr}, second{nullptr};
};

/// Draws a block's weights, and registers them in a network: "block0.norm", "block0.first", "block0.second".
inline ResidualBlock residualBlock(torch::nn::Module& network, std::int64_t index, std::int64_t width,
                                   torch::nn::LayerNorm norm) {
  const auto module =
      network.register_module("block" + std::to_string(index), std::make_shared<torch::nn::Module>());
  return {module->register_module("norm", std::move(norm)),
          module->register_module("first", linear(width, width)),
          module->register_module("second", linear(width, width, kSmallGain))};
}

/// Attention of tokens to each other, in heads (Vaswani et al. 2017).
/// @param in   layer to queries, keys and values: width to 3 x width. @param out  layer of what was gathered
/// @param x    rows x tokens x width. @return as x
inline torch::Tensor selfAttention(torch::nn::Linear& in, torch::nn::Linear& out, const torch::Tensor& x,
                                   std::int64_t heads) {
  const std::int64_t rows = x.size(0), count = x.size(1), width = x.size(2), each = width / heads;
  // 3 x (rows * heads) x tokens x each
  const torch::Tensor all = in(x)
                                .reshape({rows, count, 3, heads, each})
                                .permute({2, 0, 3, 1, 4})
                                .reshape({3, rows * heads, count, each});
  const torch::Tensor weights =
      torch::softmax(torch::bmm(all[0], all[1].transpose(1, 2)) / std::sqrt(double(each)), 2);
  return out(torch::bmm(weights, all[2])
                 .reshape({rows, heads, count, each})
                 .transpose(1, 2)
                 .reshape({rows, count, width}));
}

/// One that learns no scale and shift: they are told from elsewhere.
inline torch::nn::LayerNorm plainNorm(std::int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).elementwise_affine(false));
}

}  // namespace patchpilot
