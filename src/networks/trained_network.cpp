#include "networks/trained_network.h"

#include "base/error.h"
#include "base/random.h"
#include "networks/layers.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

constexpr double kNormEpsilon = 1e-5;

/// Where a note may lie, 0 to 127, and the keys from an octave below it on, are all within the padded keys.
constexpr std::int64_t kPadBelow = std::int64_t(SoundImage::kLowestKey) + 12;
constexpr std::int64_t kPadAbove =
    127 + TrainedNetwork::kHarmonicKeys - kPadBelow - std::int64_t(SoundImage::kKeys);

/// The keys from an octave below each row's note on: rows x (kKeySlots * kHarmonicKeys).
at::Tensor harmonics(const at::Tensor& keys, const at::Tensor& notes) {
  const std::int64_t rows = keys.size(0), slots = std::int64_t(SoundImage::kKeySlots);
  const at::Tensor padded = at::constant_pad_nd(keys.reshape({rows, slots, std::int64_t(SoundImage::kKeys)}),
                                                {kPadBelow, kPadAbove}, 0);
  const at::Tensor first = notes.clamp_min(0).reshape({rows, 1, 1});
  const at::Tensor places =
      (first + at::arange(TrainedNetwork::kHarmonicKeys, notes.options()).reshape({1, 1, -1}))
          .expand({rows, slots, TrainedNetwork::kHarmonicKeys});
  return padded.gather(2, places).reshape({rows, -1});
}

/// A note as twelve numbers, so that what depends on it need not be straight: whether it is known, how high
/// it is, and how near to each of ten places, 8 semitones apart.
at::Tensor noteValues(const at::Tensor& notes, const at::Tensor& like) {
  const at::Tensor note = notes.to(like.scalar_type()).reshape({-1, 1});
  const at::Tensor places = at::arange(10, like.options()).reshape({1, -1}) * 8 + 24;
  const at::Tensor near = at::exp(-((note - places) / 8).pow(2));
  return at::cat({at::ones_like(note), (note - 60) / 32, near}, 1);
}

}  // namespace

std::vector<TrainedNetwork::Layer> TrainedNetwork::layers(std::int64_t hidden, std::int64_t dimension) {
  std::vector<Layer> all{{"in", kInputs, hidden}};
  for (int b = 0; b < kBlocks; ++b) {
    all.push_back({fmt::format("block{}.first", b), hidden, hidden});
    all.push_back({fmt::format("block{}.second", b), hidden, hidden});
  }
  all.push_back({"out", hidden, dimension});
  return all;
}

std::vector<std::pair<std::string, std::int64_t>> TrainedNetwork::norms(std::int64_t hidden) {
  std::vector<std::pair<std::string, std::int64_t>> all{{"in.norm", hidden}};
  for (int b = 0; b < kBlocks; ++b) all.emplace_back(fmt::format("block{}.norm", b), hidden);
  all.emplace_back("out.norm", hidden);
  return all;
}

TrainedNetwork::TrainedNetwork(std::int64_t hidden, std::int64_t dimension, std::uint64_t seed)
    : mean_(at::zeros({kInputs})), scale_(at::ones({kInputs})) {
  SplitMix64 random(seed);
  for (const Layer& layer : layers(hidden, dimension)) {
    at::Tensor weight = at::empty({layer.outputs, layer.inputs}, at::kFloat);
    // The second layer of a block begins small, so that the block begins as what it adds to.
    const double deviation = (layer.name.ends_with("second") ? 0.1 : 1.0) / std::sqrt(double(layer.inputs));
    for (std::int64_t i = 0; i < weight.numel(); ++i)
      weight.data_ptr<float>()[i] = float(deviation * random.normal());
    parameters_.emplace_back(layer.name + ".weight", weight);
    parameters_.emplace_back(layer.name + ".bias", at::zeros({layer.outputs}));
  }
  for (const auto& [name, width] : norms(hidden)) {
    parameters_.emplace_back(name + ".weight", at::ones({width}));
    parameters_.emplace_back(name + ".bias", at::zeros({width}));
  }
}

TrainedNetwork::TrainedNetwork(Safetensors& file) {
  const auto shapeOf = [&](const std::string& name) {
    const auto found = file.tensors().find(name);
    return found == file.tensors().end() ? std::vector<std::int64_t>() : found->second.shape;
  };
  const auto read = [&](const std::string& name, std::initializer_list<std::int64_t> shape) {
    if (const auto found = shapeOf(name); !std::equal(found.begin(), found.end(), shape.begin(), shape.end()))
      failInput(
          "{}: the tensor {} is missing or has the wrong shape; this is no file of 'patchpilot train "
          "embedder'",
          file.file().string(), name);
    return Weights(file)(name, shape);
  };
  const auto sizeOf = [&](const std::string& name) {
    const auto shape = shapeOf(name);
    return shape.size() == 1 && shape[0] > 0 ? shape[0]
                                             : read(name, {1}).size(0);  // which says that it is not there
  };
  const std::int64_t hidden = sizeOf("in.bias"), dimension = sizeOf("out.bias");
  for (const Layer& layer : layers(hidden, dimension)) {
    parameters_.emplace_back(layer.name + ".weight",
                             read(layer.name + ".weight", {layer.outputs, layer.inputs}));
    parameters_.emplace_back(layer.name + ".bias", read(layer.name + ".bias", {layer.outputs}));
  }
  for (const auto& [name, width] : norms(hidden)) {
    parameters_.emplace_back(name + ".weight", read(name + ".weight", {width}));
    parameters_.emplace_back(name + ".bias", read(name + ".bias", {width}));
  }
  mean_ = read("input.mean", {kInputs});
  scale_ = read("input.scale", {kInputs});
}

const at::Tensor& TrainedNetwork::get(const std::string& name) const {
  return std::find_if(parameters_.begin(), parameters_.end(),
                      [&](const auto& one) { return one.first == name; })
      ->second;
}

at::Tensor TrainedNetwork::inputs(const at::Tensor& images, const at::Tensor& notes) {
  const auto part = [&](std::size_t first, std::size_t end) {
    return images.narrow(1, std::int64_t(first), std::int64_t(end - first));
  };
  const at::Tensor known = notes.ge(0).to(images.scalar_type()).reshape({-1, 1});
  return at::cat({part(0, SoundImage::kFirstKey), part(SoundImage::kFirstStep, SoundImage::kValues),
                  harmonics(part(SoundImage::kFirstKey, SoundImage::kFirstStep), notes) * known,
                  noteValues(notes, images) * known},
                 1);
}

void TrainedNetwork::standardise(const at::Tensor& rows) {
  mean_ = rows.mean(0);
  // What hardly ever changes must not be blown up; and 16 bits must be enough for the factor.
  scale_ = 1 / rows.std(0, false).clamp_min(0.01);
}

at::Tensor TrainedNetwork::linear(const std::string& name, const at::Tensor& x) const {
  return at::addmm(get(name + ".bias"), x, get(name + ".weight").t());
}

at::Tensor TrainedNetwork::norm(const std::string& name, const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(1)}, get(name + ".weight"), get(name + ".bias"), kNormEpsilon);
}

at::Tensor TrainedNetwork::forward(const at::Tensor& inputs, double dropout) const {
  const auto some = [&](const at::Tensor& x) { return dropout > 0 ? at::dropout(x, dropout, true) : x; };
  at::Tensor x = some((inputs - mean_) * scale_);
  x = at::gelu(norm("in.norm", linear("in", x)));
  for (int b = 0; b < kBlocks; ++b) {
    const std::string block = fmt::format("block{}", b);
    x = x + linear(block + ".second", some(at::gelu(linear(block + ".first", norm(block + ".norm", x)))));
  }
  return linear("out", norm("out.norm", x));
}

void TrainedNetwork::to(const at::Device& device) {
  for (auto& [name, tensor] : parameters_) tensor = tensor.to(device);
  mean_ = mean_.to(device);
  scale_ = scale_.to(device);
}

StoredTensor storedTensor(const std::string& name, const at::Tensor& tensor, bool half) {
  const at::Tensor values = tensor.detach().to(at::kCPU).to(at::kFloat).contiguous();
  return {name,
          {values.sizes().begin(), values.sizes().end()},
          {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()},
          half};
}

std::vector<StoredTensor> TrainedNetwork::stored(bool half) const {
  std::vector<StoredTensor> all;
  for (const auto& [name, tensor] : parameters_) all.push_back(storedTensor(name, tensor, half));
  all.push_back(storedTensor("input.mean", mean_, half));
  all.push_back(storedTensor("input.scale", scale_, half));
  return all;
}

}  // namespace patchpilot
