#pragma once

#include "embed/sound_image.h"
#include "models/safetensors.h"
#include "networks/torch_layers.h"
#include "networks/trainable_network.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace patchpilot {

/// The network of a trained embedder: a sound's image and note, standardised, go through layers of one width
/// with layer normalisation (Ba et al. 2016) and GELU, of which the later are residual, to the vector.
///
/// A batch has the images (`rows x SoundImage::kValues`) and the MIDI notes (`rows`; -1: not known).
class ImageNetwork : public TrainableNetwork {
 public:
  /// How many of the keys it looks at, from an octave below the note on.
  static constexpr std::int64_t kHarmonicKeys = 84;
  static constexpr std::int64_t kNoteValues = 12;
  static constexpr std::int64_t kInputs =
      std::int64_t(SoundImage::kValues - SoundImage::kKeySlots * SoundImage::kKeys) +
      std::int64_t(SoundImage::kKeySlots) * kHarmonicKeys + kNoteValues;
  static constexpr int kBlocks = 2;

  struct Sizes {
    std::int64_t hidden = 384;    ///< width of the layers
    std::int64_t dimension = 96;  ///< of the vector
    double dropout = 0;           ///< share of values that are left out in training
  };

  /// Random weights, by LibTorch's generator, and nothing standardised.
  explicit ImageNetwork(const Sizes& sizes);

  /// The network of a file. @throws Error (input) if the file holds no such network
  static std::shared_ptr<ImageNetwork> read(Safetensors& file);

  std::int64_t dimension() const { return sizes_.dimension; }

  /// @return rows x dimension
  torch::Tensor forward(const Tensors& batch, RandomSource& random) override;

  /// Has inputs standardised as those of these rows are.
  void prepare(const Tensors& batch) override;

 private:
  /// What its first layer sees of a batch: rows x kInputs.
  static torch::Tensor inputs(const Tensors& batch);

  Sizes sizes_;
  torch::nn::Linear in_{nullptr}, out_{nullptr};
  torch::nn::LayerNorm inNorm_{nullptr}, outNorm_{nullptr};
  std::vector<ResidualBlock> blocks_;
  torch::Tensor mean_, scale_;  ///< kInputs
};

}  // namespace patchpilot
