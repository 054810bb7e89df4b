#include "networks/ast_encoder.h"

#include "networks/torch_layers.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

constexpr double kAstEpsilon = 1e-12;
constexpr double kAstDeviation = 0.02;  ///< of weights at the beginning

torch::nn::LayerNorm astNorm(std::int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kAstEpsilon));
}

}  // namespace

AstEncoder::AstEncoder(const SoundSizes& sound, NetworkSizes& sizes) : sound_(sound) {
  const std::int64_t patch = sizes.whole("patch", 16, 1, 256), ofChannel = sound.bands / sound.channels;
  patchFrames_ = std::min(patch, sound.frames);
  patchBands_ = std::min(patch, ofChannel);
  stride_ = sizes.whole("stride", 10, 1, 256);
  width_ = sizes.whole("ast_width", 192, 1, 4096);
  heads_ = sizes.whole("ast_heads", 4, 1, 64);
  if (width_ % heads_ != 0)
    sizes.fail("ast_heads", fmt::format("ast_width is {}, no multiple of it", width_));
  const std::int64_t layers = sizes.whole("ast_layers", 4, 1, 64),
                     mlp = sizes.whole("ast_mlp", 384, 1, 16384);
  const std::int64_t count =
      ((sound.frames - patchFrames_) / stride_ + 1) * ((ofChannel - patchBands_) / stride_ + 1);
  patches_ = register_module("patches", linear(sound.channels * patchFrames_ * patchBands_, width_));
  learnt_ = register_parameter("learnt", torch::randn({1, 2, width_}) * kAstDeviation);
  positions_ = register_parameter("positions", torch::randn({1, count + 2, width_}) * kAstDeviation);
  for (std::int64_t i = 0; i < layers; ++i) {
    const auto module = register_module(fmt::format("layer{}", i), std::make_shared<torch::nn::Module>());
    Layer layer;
    layer.before = module->register_module("before", astNorm(width_));
    layer.in = module->register_module("in", linear(width_, 3 * width_));
    layer.out = module->register_module("out", linear(width_, width_));
    layer.after = module->register_module("after", astNorm(width_));
    layer.first = module->register_module("first", linear(width_, mlp));
    layer.second = module->register_module("second", linear(mlp, width_));
    layers_.push_back(layer);
  }
  norm_ = register_module("norm", astNorm(width_));
  head_ = register_module("head", std::make_shared<EncodingHead>(width_, sound, sizes));
}

torch::Tensor AstEncoder::tokens(const torch::Tensor& picture) {
  const std::int64_t rows = picture.size(0);
  // rows x channels x bands x frames, then rows x patches of bands x of frames x (channels, bands, frames)
  const torch::Tensor cut =
      picture.reshape({rows, sound_.frames, sound_.channels, sound_.bands / sound_.channels})
          .permute({0, 2, 3, 1})
          .unfold(2, patchBands_, stride_)
          .unfold(3, patchFrames_, stride_)
          .permute({0, 2, 3, 1, 4, 5})
          .flatten(3)
          .flatten(1, 2);
  return at::cat({learnt_.expand({rows, 2, width_}), patches_(cut.contiguous())}, 1) + positions_;
}

torch::Tensor AstEncoder::layer(Layer& layer, const torch::Tensor& x) const {
  const torch::Tensor h = x + selfAttention(layer.in, layer.out, layer.before(x), heads_);
  return h + layer.second(torch::gelu(layer.first(layer.after(h))));
}

torch::Tensor AstEncoder::gathered(const torch::Tensor& x) { return norm_(x.narrow(1, 0, 2)).mean(1); }

Tensors AstEncoder::layers(const torch::Tensor& picture) {
  Tensors all{tokens(picture)};
  for (Layer& each : layers_) all.push_back(layer(each, all.back()));
  all.push_back(gathered(all.back()));
  return all;
}

torch::Tensor AstEncoder::forward(const torch::Tensor& picture, const torch::Tensor& globals,
                                  RandomSource& random) {
  torch::Tensor x = tokens(picture);
  for (Layer& each : layers_) x = head_->some(layer(each, x), random);
  return head_->forward(gathered(x), globals, random);
}

}  // namespace patchpilot
