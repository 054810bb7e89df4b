#include "networks/clap_audio.h"

#include "base/error.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace patchpilot {

namespace {

/// How many stages the style is read from.
constexpr std::size_t kStyleStages = 2;

/// What a score loses where two patches are neighbours only because the grid was shifted round its edge.
constexpr float kApart = -100.0f;

/// The patches of a grid, window after window, after the grid was shifted by `shift` in both directions.
at::Tensor windowOrder(std::int64_t side, std::int64_t window, std::int64_t shift) {
  at::Tensor order = at::empty({side * side}, at::kLong);
  auto* next = order.data_ptr<std::int64_t>();
  for (std::int64_t top = 0; top < side; top += window)
    for (std::int64_t left = 0; left < side; left += window)
      for (std::int64_t y = top; y < top + window; ++y)
        for (std::int64_t x = left; x < left + window; ++x)
          *next++ = ((y + shift) % side) * side + (x + shift) % side;
  return order;
}

at::Tensor wayBack(const at::Tensor& order) {
  at::Tensor back = at::empty_like(order);
  for (std::int64_t i = 0; i < order.numel(); ++i)
    back.data_ptr<std::int64_t>()[order.data_ptr<std::int64_t>()[i]] = i;
  return back;
}

/// heads x patches x patches, out of the table of what two patches gain by how far they lie apart.
at::Tensor positionBias(const at::Tensor& table, std::int64_t window, std::int64_t heads) {
  const std::int64_t patches = window * window, span = 2 * window - 1;
  at::Tensor index = at::empty({patches * patches}, at::kLong);
  auto* next = index.data_ptr<std::int64_t>();
  for (std::int64_t a = 0; a < patches; ++a)
    for (std::int64_t b = 0; b < patches; ++b)
      *next++ = (a / window - b / window + window - 1) * span + (a % window - b % window + window - 1);
  return table.index_select(0, index).view({patches, patches, heads}).permute({2, 0, 1}).contiguous();
}

/// windows x 1 x patches x patches: 0, or `kApart` where two patches of a window come from two edges of the
/// grid.
at::Tensor shiftMask(std::int64_t side, std::int64_t window, std::int64_t shift) {
  const std::int64_t patches = window * window, across = side / window;
  const auto part = [&](std::int64_t at) { return at < side - window ? 0 : at < side - shift ? 1 : 2; };
  at::Tensor mask = at::zeros({across * across, 1, patches, patches});
  for (std::int64_t w = 0; w < across * across; ++w) {
    const auto region = [&](std::int64_t patch) {
      return 3 * part(w / across * window + patch / window) + part(w % across * window + patch % window);
    };
    float* scores = mask.data_ptr<float>() + w * patches * patches;
    for (std::int64_t a = 0; a < patches; ++a)
      for (std::int64_t b = 0; b < patches; ++b)
        if (region(a) != region(b)) scores[a * patches + b] = kApart;
  }
  return mask;
}

/// Queries, keys and values by one matrix. The scores' factor goes into the queries.
LinearLayer readQkv(const Weights& weights, std::int64_t channels, bool biased, double factor) {
  const LinearLayer query(weights["query"], channels, channels, biased),
      key(weights["key"], channels, channels, biased), value(weights["value"], channels, channels, biased);
  LinearLayer all;
  all.weight = at::cat({query.weight * factor, key.weight, value.weight});
  if (biased) all.bias = at::cat({query.bias * factor, key.bias, value.bias});
  return all;
}

/// Weights of the four samples about a place `t` after the second, Keys's cubic with a = -0.75 (Keys 1981),
/// as PyTorch has it.
std::array<float, 4> cubicWeights(float t) {
  constexpr float a = -0.75f;
  const auto near = [](float x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [](float x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

/// The rows of a table as `count` rows, by cubic interpolation, first on first and last on last. Not
/// LibTorch's own: its versions round the places differently, and the places of a thousand rows are worth
/// 1e-4 of a value.
at::Tensor stretched(const at::Tensor& rows, std::int64_t count) {
  const std::int64_t last = rows.size(0) - 1, width = rows.size(1);
  at::Tensor result = at::zeros({count, width});
  const float step = count > 1 ? float(last) / float(count - 1) : 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float place = step * float(i), below = std::floor(place);
    const auto weights = cubicWeights(place - below);
    float* to = result.data_ptr<float>() + i * width;
    for (std::int64_t tap = 0; tap < 4; ++tap) {
      const float* from =
          rows.data_ptr<float>() + std::clamp<std::int64_t>(std::int64_t(below) + tap - 1, 0, last) * width;
      for (std::int64_t x = 0; x < width; ++x) to[x] += weights[std::size_t(tap)] * from[x];
    }
  }
  return result;
}

at::Tensor unit(const at::Tensor& x) { return x / x.norm().clamp_min(1e-12); }

}  // namespace

ClapAudioTower::ClapAudioTower(const ClapConfig& config, Safetensors& file)
    : config_(config.audio),
      projection_(Weights(file)["audio_projection"], config_.stageChannels(config_.depths.size() - 1),
                  config.projection) {
  const Weights weights = Weights(file)["audio_model"]["audio_encoder"], batchNorm = weights["batch_norm"];
  melScale_ =
      batchNorm("weight", {config_.melBins}) / at::sqrt(batchNorm("running_var", {config_.melBins}) + 1e-5);
  melShift_ = batchNorm("bias", {config_.melBins}) - batchNorm("running_mean", {config_.melBins}) * melScale_;
  const Weights embedding = weights["patch_embed"];
  patchWeight_ = embedding["proj"]("weight", {config_.channels, 1, config_.patchSize, config_.patchSize});
  patchBias_ = embedding["proj"]("bias", {config_.channels});
  if (config_.patchNorm) patchNorm_ = NormLayer(embedding["norm"], config_.channels, 1e-5);
  for (std::size_t s = 0; s < config_.depths.size(); ++s) {
    const Weights layer = weights["layers"][std::int64_t(s)];
    Stage stage;
    stage.channels = config_.stageChannels(s);
    const std::int64_t shift = shiftOf(s);
    const at::Tensor mask = shift > 0 ? shiftMask(config_.side(s), config_.windowSize, shift) : at::Tensor();
    for (std::int64_t b = 0; b < config_.depths[s]; ++b) {
      const bool shifted = b % 2 == 1;
      stage.blocks.push_back(readBlock(layer["blocks"][b], s, shifted ? shift : 0));
      if (shifted) stage.blocks.back().mask = mask;
    }
    if (s + 1 < config_.depths.size()) {
      stage.mergeNorm = NormLayer(layer["downsample"]["norm"], 4 * stage.channels, 1e-5);
      stage.merge =
          LinearLayer(layer["downsample"]["reduction"], 4 * stage.channels, 2 * stage.channels, false);
    }
    stages_.push_back(std::move(stage));
  }
  norm_ = NormLayer(weights["norm"], stages_.back().channels, 1e-5);
}

std::int64_t ClapAudioTower::shiftOf(std::size_t stage) const {
  // Where one window is the whole grid there is nothing to shift.
  return config_.side(stage) > config_.windowSize ? config_.windowSize / 2 : 0;
}

ClapAudioTower::Block ClapAudioTower::readBlock(const Weights& weights, std::size_t stage,
                                                std::int64_t shift) const {
  const std::int64_t channels = config_.stageChannels(stage), window = config_.windowSize,
                     side = config_.side(stage);
  const std::int64_t wide = std::int64_t(config_.mlpRatio * double(channels)), span = 2 * window - 1;
  Block block;
  block.heads = config_.heads[stage];
  block.before = NormLayer(weights["layernorm_before"], channels, config_.normEpsilon);
  block.after = NormLayer(weights["layernorm_after"], channels, config_.normEpsilon);
  const Weights attention = weights["attention"]["self"];
  const std::int64_t headChannels = channels / block.heads;
  block.qkv = readQkv(attention, channels, config_.qkvBias, 1 / std::sqrt(double(headChannels)));
  block.out = LinearLayer(weights["attention"]["output"]["dense"], channels, channels);
  block.widen = LinearLayer(weights["intermediate"]["dense"], channels, wide);
  block.narrow = LinearLayer(weights["output"]["dense"], wide, channels);
  block.bias =
      positionBias(attention("relative_position_bias_table", {span * span, block.heads}), window, block.heads)
          .unsqueeze(0);
  block.order = windowOrder(side, window, shift);
  block.back = wayBack(block.order);
  return block;
}

at::Tensor ClapAudioTower::patches(const Spectrogram& mel) const {
  if (std::int64_t(mel.bands) != config_.melBins || mel.frames < 1 ||
      std::int64_t(mel.frames) > config_.frames())
    failInput(
        "a sound of {} frames x {} mel bands does not fit a CLAP model of {} x {}; its "
        "preprocessor_config.json belongs to another",
        mel.frames, mel.bands, config_.frames(), config_.melBins);
  const at::Tensor decibels =
      at::from_blob(const_cast<float*>(mel.values.data()), {std::int64_t(mel.frames), config_.melBins});
  at::Tensor image = decibels * melScale_ + melShift_;
  if (std::int64_t(mel.frames) < config_.frames()) image = stretched(image, config_.frames());
  // Time is cut into parts that are laid one below the other.
  image = image.view({config_.foldedParts(), config_.specSize, config_.melBins})
              .permute({0, 2, 1})
              .reshape({1, 1, config_.specSize, config_.specSize});
  const std::int64_t padding = (config_.patchSize - config_.patchStride) / 2;
  const at::Tensor x = at::conv2d(image, patchWeight_, patchBias_, config_.patchStride, padding);
  const at::Tensor rows = x.view({config_.channels, -1}).t().contiguous();
  return config_.patchNorm ? patchNorm_(rows) : rows;
}

at::Tensor ClapAudioTower::runBlock(const Block& block, const at::Tensor& x) const {
  const std::int64_t patches = config_.windowSize * config_.windowSize, windows = x.size(0) / patches,
                     channels = x.size(1);
  const at::Tensor qkv = block.qkv(block.before(x).index_select(0, block.order))
                             .view({windows, patches, 3, block.heads, channels / block.heads})
                             .permute({2, 0, 3, 1, 4})
                             .contiguous();  // 3 x windows x heads x patches x channels of a head
  at::Tensor scores = at::matmul(qkv[0], qkv[1].transpose(2, 3)).add_(block.bias);
  if (block.mask.defined()) scores.add_(block.mask);
  const at::Tensor heard =
      at::matmul(at::softmax(scores, -1), qkv[2]).transpose(1, 2).reshape({windows * patches, channels});
  at::Tensor y = block.out(heard).index_select(0, block.back).add_(x);
  return y.add_(block.narrow(at::gelu(block.widen(block.after(y)))));
}

at::Tensor ClapAudioTower::mergePatches(const Stage& stage, const at::Tensor& x) const {
  const std::int64_t side = std::int64_t(std::llround(std::sqrt(double(x.size(0)))));
  // The four of a square, column by column.
  const at::Tensor four = x.view({side / 2, 2, side / 2, 2, stage.channels})
                              .permute({0, 2, 3, 1, 4})
                              .reshape({side * side / 4, 4 * stage.channels});
  return stage.merge(stage.mergeNorm(four));
}

at::Tensor ClapAudioTower::embed(const Spectrogram& mel, const LayerListener& listener) const {
  const auto tell = [&](const std::string& name, const at::Tensor& x) {
    if (listener) listener(name, x);
  };
  at::Tensor x = patches(mel);
  tell("patch_embed", x);
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    const Stage& stage = stages_[s];
    for (std::size_t b = 0; b < stage.blocks.size(); ++b) {
      x = runBlock(stage.blocks[b], x);
      tell(fmt::format("layers.{}.blocks.{}", s, b), x);
    }
    if (stage.merge.weight.defined()) x = mergePatches(stage, x);
    tell(fmt::format("layers.{}", s), x);
  }
  x = norm_(x);
  tell("norm", x);
  return projection_(x.mean(0, true)).view({-1});
}

std::int64_t ClapAudioTower::styleDimension() const {
  std::int64_t dimension = 0;
  for (std::size_t s = 0; s < std::min(kStyleStages, stages_.size()); ++s)
    dimension += 2 * stages_[s].channels * std::int64_t(stages_[s].blocks.size());
  return dimension;
}

at::Tensor ClapAudioTower::style(const Spectrogram& mel) const {
  std::vector<at::Tensor> parts;
  at::Tensor x = patches(mel);
  for (std::size_t s = 0; s < std::min(kStyleStages, stages_.size()); ++s) {
    for (const Block& block : stages_[s].blocks) {
      x = runBlock(block, x);
      parts.push_back(unit(x.mean(0)));
      parts.push_back(unit(x.std(0, false)));
    }
    if (s + 1 < std::min(kStyleStages, stages_.size())) x = mergePatches(stages_[s], x);
  }
  return at::cat(parts) / std::sqrt(double(parts.size()));
}

}  // namespace patchpilot
