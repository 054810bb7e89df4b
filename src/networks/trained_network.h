#pragma once

#include "embed/sound_image.h"
#include "networks/safetensors.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace patchpilot {

/// The network of a trained embedder: what a sound's image and note say, standardised, through layers of one
/// width with layer normalisation (Ba et al. 2016) and GELU, of which the later are residual, to the vector.
class TrainedNetwork {
 public:
  /// How many of the keys it looks at, from an octave below the note on.
  static constexpr std::int64_t kHarmonicKeys = 84;
  static constexpr std::int64_t kNoteValues = 12;
  static constexpr std::int64_t kInputs =
      std::int64_t(SoundImage::kValues - SoundImage::kKeySlots * SoundImage::kKeys) +
      std::int64_t(SoundImage::kKeySlots) * kHarmonicKeys + kNoteValues;
  static constexpr int kBlocks = 2;

  /// Random weights, by a seed, and nothing standardised.
  TrainedNetwork(std::int64_t hidden, std::int64_t dimension, std::uint64_t seed);

  /// @throws Error (input) where the file holds no such network
  explicit TrainedNetwork(Safetensors& file);

  std::int64_t dimension() const { return get("out.bias").size(0); }
  std::int64_t hidden() const { return get("in.bias").size(0); }

  /// What the network is told. @param images  rows x SoundImage::kValues @param notes  rows, 64-bit; -1: not
  /// known
  /// @return rows x kInputs
  static at::Tensor inputs(const at::Tensor& images, const at::Tensor& notes);

  /// Has inputs standardised as those of these rows are. @param rows  of `inputs`
  void standardise(const at::Tensor& rows);

  /// @param dropout  share of values that are left out, while training
  /// @return rows x dimension
  at::Tensor forward(const at::Tensor& inputs, double dropout = 0) const;

  void to(const at::Device& device);

  /// What training changes, in a fixed order, by name.
  std::vector<std::pair<std::string, at::Tensor>>& parameters() { return parameters_; }

  /// All that `TrainedNetwork(file)` reads. @param half  as 16-bit floats
  std::vector<StoredTensor> stored(bool half) const;

 private:
  struct Layer {
    std::string name;
    std::int64_t inputs, outputs;
  };
  static std::vector<Layer> layers(std::int64_t hidden, std::int64_t dimension);
  static std::vector<std::pair<std::string, std::int64_t>> norms(std::int64_t hidden);

  const at::Tensor& get(const std::string& name) const;
  at::Tensor linear(const std::string& name, const at::Tensor& x) const;
  at::Tensor norm(const std::string& name, const at::Tensor& x) const;

  std::vector<std::pair<std::string, at::Tensor>> parameters_;
  at::Tensor mean_, scale_;  ///< kInputs
};

/// The values of a tensor, wherever it is, to be written.
StoredTensor storedTensor(const std::string& name, const at::Tensor& tensor, bool half);

}  // namespace patchpilot
