#include "networks/image_network.h"

#include "base/error.h"
#include "networks/network_file.h"

#include <ATen/ATen.h>

namespace patchpilot {

namespace {

/// Where a note may lie, 0 to 127, and the keys from an octave below it on, are all within the padded keys.
constexpr std::int64_t kPadBelow = std::int64_t(SoundImage::kLowestKey) + 12;
constexpr std::int64_t kPadAbove =
    127 + ImageNetwork::kHarmonicKeys - kPadBelow - std::int64_t(SoundImage::kKeys);

/// The keys from an octave below each row's note on: rows x (kKeySlots * kHarmonicKeys).
torch::Tensor harmonics(const torch::Tensor& keys, const torch::Tensor& notes) {
  const std::int64_t rows = keys.size(0), slots = std::int64_t(SoundImage::kKeySlots);
  const torch::Tensor padded = at::constant_pad_nd(
      keys.reshape({rows, slots, std::int64_t(SoundImage::kKeys)}), {kPadBelow, kPadAbove}, 0);
  const torch::Tensor first = notes.clamp_min(0).reshape({rows, 1, 1});
  const torch::Tensor places =
      (first + torch::arange(ImageNetwork::kHarmonicKeys, notes.options()).reshape({1, 1, -1}))
          .expand({rows, slots, ImageNetwork::kHarmonicKeys});
  return padded.gather(2, places).reshape({rows, -1});
}

/// A note as twelve numbers, so that the network need not be linear in it: whether it is known, how high it
/// is, and how near to each of ten places, 8 semitones apart.
torch::Tensor noteValues(const torch::Tensor& notes, const torch::Tensor& like) {
  const torch::Tensor note = notes.to(like.scalar_type()).reshape({-1, 1});
  const torch::Tensor places = torch::arange(10, like.options()).reshape({1, -1}) * 8 + 24;
  const torch::Tensor near = torch::exp(-((note - places) / 8).pow(2));
  return torch::cat({torch::ones_like(note), (note - 60) / 32, near}, 1);
}

}  // namespace

ImageNetwork::ImageNetwork(const Sizes& sizes)
    : sizes_(sizes), in_(linear(kInputs, sizes.hidden)), inNorm_(norm(sizes.hidden)) {
  // Names of submodules have no dots: a norm is registered in the module whose name its own begins with.
  register_module("in", in_)->register_module("norm", inNorm_);
  for (int b = 0; b < kBlocks; ++b)
    blocks_.push_back(residualBlock(*this, b, sizes.hidden, norm(sizes.hidden)));
  out_ = linear(sizes.hidden, sizes.dimension);
  outNorm_ = norm(sizes.hidden);
  register_module("out", out_)->register_module("norm", outNorm_);
  const auto input = register_module("input", std::make_shared<torch::nn::Module>());
  mean_ = input->register_buffer("mean", torch::zeros({kInputs}));
  scale_ = input->register_buffer("scale", torch::ones({kInputs}));
}

std::shared_ptr<ImageNetwork> ImageNetwork::read(Safetensors& file) {
  const auto shapeOf = [&](const std::string& name) {
    const auto found = file.tensors().find(name);
    return found == file.tensors().end() ? std::vector<std::int64_t>() : found->second.shape;
  };
  const auto require = [&](const std::string& name, bool fits) {
    if (!fits)
      failInput(
          "{}: the tensor {} is missing or has the wrong shape; this is no file of 'patchpilot train "
          "embedder'",
          file.file().string(), name);
  };
  const auto sizeOf = [&](const std::string& name) {
    const auto shape = shapeOf(name);
    require(name, shape.size() == 1 && shape[0] > 0);
    return shape[0];
  };
  const Sizes sizes{sizeOf("in.bias"), sizeOf("out.bias"), 0};
  // Memory for a network of these sizes is taken only if the file holds matrices of them.
  require("in.weight", shapeOf("in.weight") == std::vector{sizes.hidden, kInputs});
  require("block0.first.weight", shapeOf("block0.first.weight") == std::vector{sizes.hidden, sizes.hidden});
  require("out.weight", shapeOf("out.weight") == std::vector{sizes.dimension, sizes.hidden});
  auto network = std::make_shared<ImageNetwork>(sizes);
  for (const auto& [name, tensor] : weightsOf(*network)) require(name, shapeOf(name) == tensor.sizes().vec());
  readWeights(file, *network);
  network->eval();
  return network;
}

torch::Tensor ImageNetwork::inputs(const Tensors& batch) {
  const torch::Tensor &images = batch.at(0), notes = batch.at(1).to(torch::kLong);
  const auto part = [&](std::size_t first, std::size_t end) {
    return images.narrow(1, std::int64_t(first), std::int64_t(end - first));
  };
  const torch::Tensor known = notes.ge(0).to(images.scalar_type()).reshape({-1, 1});
  return torch::cat({part(0, SoundImage::kFirstKey), part(SoundImage::kFirstStep, SoundImage::kValues),
                     harmonics(part(SoundImage::kFirstKey, SoundImage::kFirstStep), notes) * known,
                     noteValues(notes, images) * known},
                    1);
}

void ImageNetwork::prepare(const Tensors& batch) {
  const torch::Tensor rows = inputs(batch);
  mean_.copy_(rows.mean(0));
  // What hardly ever changes must not be blown up; and 16 bits must be enough for the factor.
  scale_.copy_(1 / rows.std(0, false).clamp_min(0.01));
}

torch::Tensor ImageNetwork::forward(const Tensors& batch, RandomSource& random) {
  const auto some = [&](const torch::Tensor& x) {
    return is_training() ? random.dropout(x, sizes_.dropout) : x;
  };
  torch::Tensor x = some((inputs(batch) - mean_) * scale_);
  x = torch::gelu(inNorm_(in_(x)));
  for (ResidualBlock& block : blocks_) x = x + block.second(some(torch::gelu(block.first(block.norm(x)))));
  return out_(outNorm_(x));
}

}  // namespace patchpilot
