#pragma once

#include "networks/sound_encoder.h"
#include "networks/velocity_field.h"

namespace patchpilot {

/// Conditional flow matching (Lipman et al. 2023) on patches' vectors: the velocity field of straight paths
/// from noise to patches, given a sound. Learnt without the sound now and then, so that answers can be guided
/// (Ho and Salimans 2022).
///
/// A batch has the inputs, the vectors (rows x width) and their masks (1 if a value is heard, else 0). The
/// inputs are pictures (rows x frames x bands) and globals (rows x values) of sounds; those of a corrector
/// also pictures, globals and vectors of candidates: patches that are to be corrected, as they sound.
///
/// `forward` gives rows x draws x 2 x width: velocities, and what they should be.
class FlowNetwork : public TrainableNetwork {
 public:
  /// @param field      its name, see `makeField`
  /// @param corrector  whether its inputs have candidates
  /// Sizes: those of `SoundSizes`, `VectorLayout`, the encoder and the field; `encoder` ("mixer"), `draws`
  /// (4) of time and noise for each sound encoded, `drop` (0.1): how often a sound is left out, `coupling`:
  /// "independent", or "transport" for noise that is near the vectors (Tong et al. 2024).
  FlowNetwork(const std::string& field, bool corrector, NetworkSizes& sizes);

  std::int64_t width() const { return layout_.width; }

  torch::Tensor forward(const Tensors& batch, RandomSource& random) override;
  void prepare(const Tensors& batch) override;
  torch::Tensor penalty() const override { return field_->penalty(); }
  torch::Tensor answers(const torch::Tensor&) const override { return {}; }
  torch::Tensor sample(const Tensors& batch, const SampleOptions& options) override;
  std::map<std::string, std::string> sizes() const override { return sizes_; }

 private:
  /// What the encoder says of the inputs: rows x values.
  torch::Tensor encode(const Tensors& batch, RandomSource& random);
  /// The candidates' vectors; undefined if there are none.
  torch::Tensor candidate(const Tensors& batch) const;
  /// Vectors as the flow has them, in which choices are -1 or 1, and back.
  torch::Tensor spread(const torch::Tensor& vectors) const { return vectors * spread_ + shift_; }
  torch::Tensor gathered(const torch::Tensor& x) const { return (x - shift_) / spread_; }

  VectorLayout layout_;
  bool corrector_;
  std::int64_t draws_;
  double drop_;
  bool transport_;
  std::shared_ptr<SoundScale> scale_;
  std::shared_ptr<SoundEncoder> encoder_;
  std::shared_ptr<VelocityField> field_;
  torch::Tensor noSound_;         ///< stands for the encoding of a sound that is left out: 1 x values
  torch::Tensor spread_, shift_;  ///< width
  std::map<std::string, std::string> sizes_;
};

}  // namespace patchpilot
