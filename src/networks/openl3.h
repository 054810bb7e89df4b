#pragma once

#include "models/network_module.h"
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
class OpenL3 : public Network {
 public:
  /// @param file       the weights; how many channels each layer has follows from them
  /// @param dimension  512 or 6144 with the published weights: 1 or 12 times the channels of the last layer
  /// @throws Error (input) if the file holds other layers, or does not give the dimension
  OpenL3(const std::filesystem::path& file, std::int64_t dimension);

  std::int64_t dimension() const override { return dimension_; }
  double sampleRateHz() const override { return OpenL3FrontEnd::kRateHz; }

  /// The mean over the frames of `get_audio_embedding(hop_size=0.1, center=True)`.
  void run(BatchView inputs, std::span<float> outputs) const override;

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
  std::int64_t dimension_;
  OpenL3FrontEnd frontEnd_;
  float inputScale_ = 1, inputOffset_ = 0;
  std::vector<Convolution> convolutions_;
  std::vector<std::int64_t> pooling_;  ///< over how many bands and columns the last maximum is taken
};

}  // namespace patchpilot
