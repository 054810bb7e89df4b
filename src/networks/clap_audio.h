#pragma once

#include "features/stft.h"
#include "networks/clap_config.h"
#include "networks/layers.h"

#include <functional>
#include <vector>

namespace patchpilot {

/// Told of what each layer gives, by its name in the file of weights: `rows x channels`.
using LayerListener = std::function<void(const std::string& name, const at::Tensor& output)>;

/// CLAP's audio tower: transformers' ClapAudioModel without fusion, for one sound at a time, and its
/// projection.
class ClapAudioTower {
 public:
  /// @throws Error (input) where weights are missing or of another shape than the config says
  ClapAudioTower(const ClapConfig& config, Safetensors& file);

  /// How long its vector is.
  std::int64_t dimension() const { return projection_.dimension(); }

  /// The vector of a sound in the space that it shares with texts: of length 1, `projection` values.
  /// @param mel  frames x melBins, decibels; at most `config.frames()` frames
  at::Tensor embed(const Spectrogram& mel, const LayerListener& listener = {}) const;

  /// What the sound is made of, wherever and whenever: for each block of the first two stages the mean and
  /// the standard deviation of each channel over all places in time and frequency. Each of these parts is
  /// brought to the same length, and all together to length 1.
  at::Tensor style(const Spectrogram& mel) const;
  std::int64_t styleDimension() const;

 private:
  struct Block {
    NormLayer before, after;
    LinearLayer qkv, out, widen, narrow;  ///< qkv: queries, keys and values in one
    at::Tensor bias;  ///< what a score gains by where two patches lie: 1 x heads x patches x patches
    at::Tensor mask;  ///< of a shifted one, the same for all of its stage: windows x 1 x patches x patches
    at::Tensor order, back;  ///< where the windows' patches lie in the grid, and the way back
    std::int64_t heads = 1;
  };
  struct Stage {
    std::int64_t channels = 0;
    std::vector<Block> blocks;
    NormLayer mergeNorm;
    LinearLayer merge;  ///< of four patches into one, undefined after the last stage
  };

  /// By how many patches every second grid of a stage is shifted.
  std::int64_t shiftOf(std::size_t stage) const;
  Block readBlock(const Weights& weights, std::size_t stage, std::int64_t shift) const;
  at::Tensor patches(const Spectrogram& mel) const;
  at::Tensor runBlock(const Block& block, const at::Tensor& x) const;
  at::Tensor mergePatches(const Stage& stage, const at::Tensor& x) const;

  ClapAudioConfig config_;
  at::Tensor melScale_, melShift_;  ///< batch normalisation of each mel band, as one factor and one sum
  at::Tensor patchWeight_, patchBias_;
  NormLayer patchNorm_;
  std::vector<Stage> stages_;
  NormLayer norm_;
  ClapProjection projection_;
};

}  // namespace patchpilot
