#pragma once

#include "embed/networks.h"
#include "networks/keras_weights.h"
#include "networks/openl3_front_end.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// OpenL3's audio network (Cramer et al., "Look, Listen and Learn More", ICASSP 2019) for "mel256"
/// spectrograms, as openl3 0.4.2 builds it: a batch normalization, four blocks of two 3 x 3 convolutions,
/// each with a batch normalization and a ReLU (the last convolution with neither), the maximum of 2 x 2
/// between the blocks, and the maximum over all places (512 values), or over 4 x 3 parts of them (6144).
class OpenL3 : public Embedder {
 public:
  /// @param wanted  its file holds the weights; how many channels each layer has follows from them
  /// @throws Error (input) where the file holds other layers, or does not give the dimension
  explicit OpenL3(const NetworkEmbedder& wanted);

  std::string name() const override { return name_; }
  int version() const override { return version_; }
  int dimension() const override { return dimension_; }

  /// The mean over the frames of `get_audio_embedding(hop_size=0.1, center=True)`. The rate is changed by
  /// soxr, where openl3 takes resampy.
  void embed(std::span<const float> left, std::span<const float> right,
             std::span<float> vector) const override;

  /// The frames of a sound at 48 kHz, `frames x dimension`, one after the other.
  std::vector<float> frames(std::span<const float> sound) const;

  /// Told what comes out of a layer, with the layer's name (`frames x channels x bands x columns`).
  using Tell = std::function<void(const std::string&, const at::Tensor&)>;

  /// @param spectrograms  `frames x 1 x 256 x 199`
  /// @return `frames x dimension`
  at::Tensor forward(at::Tensor spectrograms, const Tell& tell = {}) const;

 private:
  struct Convolution {
    std::string name;
    at::Tensor kernel, bias;  ///< the normalization after it is in them
    bool rectified = true;
    bool pooled = false;
  };

  void read(const std::filesystem::path& file);

  std::string file_;
  std::string name_;
  int version_;
  int dimension_;
  OpenL3FrontEnd frontEnd_;
  float inputScale_ = 1, inputOffset_ = 0;
  std::vector<Convolution> convolutions_;
  std::vector<std::int64_t> pooling_;  ///< over how many bands and columns the last maximum is taken
};

}  // namespace patchpilot
