#pragma once

#include "networks/clap_audio.h"

namespace patchpilot {

/// CLAP's text tower: transformers' ClapTextModel for one text at a time, and its projection.
class ClapTextTower {
 public:
  /// @throws Error (input) where weights are missing or of another shape than the config says
  ClapTextTower(const ClapConfig& config, Safetensors& file);

  /// How many tokens a text may have, its beginning and its end among them.
  std::int64_t mostTokens() const { return config_.positions - config_.padding - 1; }

  /// How long its vector is.
  std::int64_t dimension() const { return projection_.dimension(); }

  /// The vector of a text in the space that it shares with sounds: of length 1, `projection` values.
  /// @param tokens  1 to mostTokens(), each below `config.vocabulary`
  at::Tensor embed(const std::vector<std::int64_t>& tokens, const LayerListener& listener = {}) const;

 private:
  struct Layer {
    LinearLayer query, key, value, out, widen, narrow;
    NormLayer attentionNorm, outputNorm;
  };

  at::Tensor runLayer(const Layer& layer, const at::Tensor& x) const;

  ClapTextConfig config_;
  at::Tensor words_, positions_, type_;
  NormLayer norm_;
  std::vector<Layer> layers_;
  LinearLayer pooler_;
  ClapProjection projection_;
};

}  // namespace patchpilot
