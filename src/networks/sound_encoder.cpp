#include "networks/sound_encoder.h"

#include "base/error.h"
#include "networks/ast_encoder.h"
#include "networks/torch_layers.h"

#include <ATen/ATen.h>
#include <torch/nn/modules/conv.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace patchpilot {

namespace {

/// What hardly ever changes must not be blown up.
constexpr double kLeastDeviation = 1e-3;

constexpr std::int64_t kMixerTokens = 20;

/// An encoder of matrix products alone (MLP-Mixer, Tolstikhin et al. 2021): groups of frames become tokens,
/// two layers mix the tokens, and their values among each other, in each block; all tokens together and the
/// globals become the answer.
class MixerEncoder : public SoundEncoder {
 public:
  /// Sizes: `token_frames` (by default 20 tokens), `token_width` (160), `mixer_blocks` (2), and those of
  /// `EncodingHead`.
  MixerEncoder(const SoundSizes& sound, NetworkSizes& sizes);

  std::int64_t width() const override { return head_->width(); }
  torch::Tensor forward(const torch::Tensor& picture, const torch::Tensor& globals,
                        RandomSource& random) override;

 private:
  struct Block {
    torch::nn::LayerNorm tokenNorm{nullptr}, valueNorm{nullptr};
    torch::nn::Linear tokenFirst{nullptr}, tokenSecond{nullptr}, valueFirst{nullptr}, valueSecond{nullptr};
  };

  SoundSizes sound_;
  std::int64_t tokenFrames_, tokens_, tokenWidth_;
  torch::nn::Linear in_{nullptr};
  torch::nn::LayerNorm outNorm_{nullptr};
  std::vector<Block> blocks_;
  std::shared_ptr<EncodingHead> head_;
};

/// Convolutions of 3 x 3 that each halve the picture, with normalisation of each sound's values and GELU.
class CnnEncoder : public SoundEncoder {
 public:
  /// Sizes: `cnn_width` (24): channels of the first convolution, `cnn_layers` (5); each has twice as many, up
  /// to eight times; and those of `EncodingHead`.
  CnnEncoder(const SoundSizes& sound, NetworkSizes& sizes);

  std::int64_t width() const override { return head_->width(); }
  torch::Tensor forward(const torch::Tensor& picture, const torch::Tensor& globals,
                        RandomSource& random) override;

 private:
  SoundSizes sound_;
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::GroupNorm> norms_;
  std::shared_ptr<EncodingHead> head_;
};

MixerEncoder::MixerEncoder(const SoundSizes& sound, NetworkSizes& sizes)
    : sound_(sound),
      tokenFrames_(
          sizes.whole("token_frames", (sound.frames + kMixerTokens - 1) / kMixerTokens, 1, sound.frames)),
      tokens_((sound.frames + tokenFrames_ - 1) / tokenFrames_),
      tokenWidth_(sizes.whole("token_width", 160, 1, 4096)) {
  in_ = register_module("in", linear(tokenFrames_ * sound.bands, tokenWidth_));
  const std::int64_t count = sizes.whole("mixer_blocks", 2, 0, 32);
  for (std::int64_t b = 0; b < count; ++b) {
    const auto module = register_module(fmt::format("block{}", b), std::make_shared<torch::nn::Module>());
    Block block;
    block.tokenNorm = module->register_module("token_norm", norm(tokenWidth_));
    block.tokenFirst = module->register_module("token_first", linear(tokens_, 2 * tokens_));
    block.tokenSecond = module->register_module("token_second", linear(2 * tokens_, tokens_, kSmallGain));
    block.valueNorm = module->register_module("value_norm", norm(tokenWidth_));
    block.valueFirst = module->register_module("value_first", linear(tokenWidth_, 2 * tokenWidth_));
    block.valueSecond =
        module->register_module("value_second", linear(2 * tokenWidth_, tokenWidth_, kSmallGain));
    blocks_.push_back(block);
  }
  outNorm_ = register_module("out_norm", norm(tokenWidth_));
  head_ = register_module("head", std::make_shared<EncodingHead>(tokens_ * tokenWidth_, sound, sizes));
}

torch::Tensor MixerEncoder::forward(const torch::Tensor& picture, const torch::Tensor& globals,
                                    RandomSource& random) {
  const std::int64_t rows = picture.size(0), missing = tokens_ * tokenFrames_ - sound_.frames;
  const torch::Tensor whole = missing == 0 ? picture : at::constant_pad_nd(picture, {0, 0, 0, missing}, 0);
  torch::Tensor x = in_(whole.reshape({rows * tokens_, tokenFrames_ * sound_.bands}));
  for (Block& block : blocks_) {
    const torch::Tensor across = block.tokenNorm(x)
                                     .reshape({rows, tokens_, tokenWidth_})
                                     .transpose(1, 2)
                                     .reshape({rows * tokenWidth_, tokens_});
    x = x + block.tokenSecond(torch::gelu(block.tokenFirst(across)))
                .reshape({rows, tokenWidth_, tokens_})
                .transpose(1, 2)
                .reshape({rows * tokens_, tokenWidth_});
    x = x + block.valueSecond(head_->some(torch::gelu(block.valueFirst(block.valueNorm(x))), random));
  }
  return head_->forward(outNorm_(x).reshape({rows, tokens_ * tokenWidth_}), globals, random);
}

CnnEncoder::CnnEncoder(const SoundSizes& sound, NetworkSizes& sizes) : sound_(sound) {
  const std::int64_t first = sizes.whole("cnn_width", 24, 1, 512),
                     layers = sizes.whole("cnn_layers", 5, 1, 8);
  std::int64_t channels = sound.channels, height = sound.frames, width = sound.bands / sound.channels;
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::int64_t own = first * std::min<std::int64_t>(1 << i, 8);
    convolutions_.emplace_back(torch::nn::Conv2dOptions(channels, own, 3).stride(2).padding(1));
    norms_.emplace_back(torch::nn::GroupNormOptions(1, own));
    register_module(fmt::format("convolution{}", i), convolutions_.back());
    register_module(fmt::format("norm{}", i), norms_.back());
    channels = own;
    height = (height + 1) / 2;
    width = (width + 1) / 2;
  }
  head_ = register_module("head", std::make_shared<EncodingHead>(channels * height * width, sound, sizes));
}

torch::Tensor CnnEncoder::forward(const torch::Tensor& picture, const torch::Tensor& globals,
                                  RandomSource& random) {
  torch::Tensor x = picture.reshape({-1, sound_.frames, sound_.channels, sound_.bands / sound_.channels})
                        .transpose(1, 2)
                        .contiguous();
  for (std::size_t i = 0; i < convolutions_.size(); ++i) x = torch::gelu(norms_[i](convolutions_[i](x)));
  return head_->forward(x.flatten(1), globals, random);
}

struct EncoderEntry {
  std::string_view name;
  std::shared_ptr<SoundEncoder> (*make)(const SoundSizes& sound, NetworkSizes& sizes);
};

template <typename Encoder>
std::shared_ptr<SoundEncoder> make(const SoundSizes& sound, NetworkSizes& sizes) {
  return std::make_shared<Encoder>(sound, sizes);
}

constexpr EncoderEntry kEncoders[] = {
    {"mixer", make<MixerEncoder>}, {"cnn", make<CnnEncoder>}, {"ast", make<AstEncoder>}};

}  // namespace

SoundSizes SoundSizes::read(NetworkSizes& sizes) {
  SoundSizes sound;
  sound.frames = sizes.whole("frames", 1, 1, 4096);
  sound.bands = sizes.whole("bands", 1, 1, 4096);
  sound.channels = sizes.whole("channels", 1, 1, 8);
  sound.globals = sizes.whole("globals", 1, 1, 16384);
  if (sound.bands % sound.channels != 0)
    sizes.fail("channels", fmt::format("{} bands are not so many equal parts", sound.bands));
  return sound;
}

SoundScale::SoundScale(const SoundSizes& sizes)
    : sizes_(sizes),
      pictureMean_(register_buffer("picture_mean", torch::zeros({sizes.bands}))),
      pictureScale_(register_buffer("picture_scale", torch::ones({sizes.bands}))),
      globalsMean_(register_buffer("globals_mean", torch::zeros({sizes.globals}))),
      globalsScale_(register_buffer("globals_scale", torch::ones({sizes.globals}))) {}

void SoundScale::prepare(const torch::Tensor& picture, const torch::Tensor& globals) {
  const auto set = [](torch::Tensor& mean, torch::Tensor& scale, const torch::Tensor& rows) {
    mean.copy_(rows.mean(0));
    scale.copy_(1 / rows.std(0, false).clamp_min(kLeastDeviation));
  };
  set(pictureMean_, pictureScale_, picture.reshape({-1, sizes_.bands}));
  set(globalsMean_, globalsScale_, globals.reshape({-1, sizes_.globals}));
}

torch::Tensor SoundScale::picture(const torch::Tensor& picture) const {
  return (picture.reshape({-1, sizes_.frames, sizes_.bands}) - pictureMean_) * pictureScale_;
}

torch::Tensor SoundScale::globals(const torch::Tensor& globals) const {
  return (globals.reshape({-1, sizes_.globals}) - globalsMean_) * globalsScale_;
}

EncodingHead::EncodingHead(std::int64_t seen, const SoundSizes& sound, NetworkSizes& sizes)
    : width_(sizes.whole("encoding", 512, 1, 4096)), dropout_(sizes.number("encoder_dropout", 0, 0, 0.9)) {
  const std::int64_t hidden = sizes.whole("globals_hidden", 256, 1, 4096);
  out_ = register_module("out", linear(seen, width_));
  globalsFirst_ = register_module("globals_first", linear(sound.globals, hidden));
  globalsSecond_ = register_module("globals_second", linear(hidden, width_));
  norm_ = register_module("norm", norm(width_));
}

torch::Tensor EncodingHead::forward(const torch::Tensor& seen, const torch::Tensor& globals,
                                    RandomSource& random) {
  const torch::Tensor told = globalsSecond_(some(torch::gelu(globalsFirst_(globals)), random));
  return norm_(torch::gelu(out_(some(seen, random)) + told));
}

std::shared_ptr<SoundEncoder> makeEncoder(const std::string& name, const SoundSizes& sound,
                                          NetworkSizes& sizes) {
  for (const EncoderEntry& entry : kEncoders)
    if (entry.name == name) return entry.make(sound, sizes);
  throw Error(ExitCode::internal, fmt::format("there is no encoder '{}'", name));
}

}  // namespace patchpilot
