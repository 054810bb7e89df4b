#pragma once

#include "networks/sound_encoder.h"

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <vector>

namespace patchpilot {

/// The Audio Spectrogram Transformer (Gong, Chung and Glass 2021), as transformers' `ASTModel` computes it:
/// overlapping patches of the picture become tokens, two learnt tokens beside them gather what is heard.
class AstEncoder : public SoundEncoder {
 public:
  /// Sizes: `patch` (16), `stride` (10), `ast_width` (192), `ast_layers` (4), `ast_heads` (4), `ast_mlp`
  /// (384), and those of `EncodingHead`. A picture that is smaller than a patch is one patch.
  AstEncoder(const SoundSizes& sound, NetworkSizes& sizes);

  std::int64_t width() const override { return head_->width(); }
  torch::Tensor forward(const torch::Tensor& picture, const torch::Tensor& globals,
                        RandomSource& random) override;

  /// What each layer gives, from the tokens on, and at last the mean of the two learnt tokens, normalised:
  /// rows x tokens x width, and rows x width. @param picture  rows x frames x bands
  Tensors layers(const torch::Tensor& picture);

 private:
  struct Layer {
    torch::nn::LayerNorm before{nullptr}, after{nullptr};
    torch::nn::Linear in{nullptr}, out{nullptr}, first{nullptr}, second{nullptr};
  };

  torch::Tensor tokens(const torch::Tensor& picture);
  torch::Tensor layer(Layer& layer, const torch::Tensor& x) const;
  torch::Tensor gathered(const torch::Tensor& x);

  SoundSizes sound_;
  std::int64_t patchFrames_, patchBands_, stride_, width_, heads_;
  torch::nn::Linear patches_{nullptr};
  torch::Tensor learnt_, positions_;  ///< 1 x 2 x width, 1 x tokens x width
  std::vector<Layer> layers_;
  torch::nn::LayerNorm norm_{nullptr};
  std::shared_ptr<EncodingHead> head_;
};

}  // namespace patchpilot
