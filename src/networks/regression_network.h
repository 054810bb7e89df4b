#pragma once

#include "networks/sound_encoder.h"
#include "networks/torch_layers.h"
#include "networks/vector_layout.h"

namespace patchpilot {

/// What a regression gives for each part of a patch's vector, and how that is read and judged:
/// - for a choice, logits;
/// - for a value, the value; or logits of ordinal classes, which are evenly spaced from -1 to 1 and whose
///   labels are smoothed (Shin and Lee 2025).
class RegressionOutputs {
 public:
  /// Sizes: those of `VectorLayout`; `classes` of a value (0: none), `smoothing` (0.5): the deviation of a
  /// label, in classes; `assign`: "none", or "best" if equal sections are judged in the order that fits best.
  explicit RegressionOutputs(NetworkSizes& sizes);

  const VectorLayout& layout() const { return layout_; }
  std::int64_t width() const { return width_; }  ///< outputs of a row

  /// Values of vectors; of choices, probabilities; of classes, the median. @param outputs  rows x `width()`
  /// @return rows x vector
  torch::Tensor answers(const torch::Tensor& outputs) const;

  /// Draws vectors by the probabilities of choices and classes. @return as `answers`
  torch::Tensor draw(const torch::Tensor& outputs, RandomSource& random) const;

  /// Absolute error of values, cross-entropy of choices and classes; the mean of those that are heard.
  /// @param vectors, masks  rows x vector
  torch::Tensor loss(const torch::Tensor& outputs, torch::Tensor vectors, torch::Tensor masks) const;

 private:
  torch::Tensor valueOutputs(const torch::Tensor& outputs) const;
  torch::Tensor assembled(const torch::Tensor& values, const std::vector<torch::Tensor>& choices) const;
  /// What each part costs, at the place of its first value: rows x vector.
  torch::Tensor costs(const torch::Tensor& outputs, const torch::Tensor& vectors,
                      const torch::Tensor& masks) const;
  /// Which value of the vector each place is judged by: rows x vector.
  torch::Tensor bestPlaces(const torch::Tensor& outputs, const torch::Tensor& vectors,
                           const torch::Tensor& masks) const;

  struct Choice {
    std::int64_t first, count, output;  ///< in the vector, and its first output
  };

  VectorLayout layout_;
  std::int64_t classes_;
  double smoothing_;
  bool assign_;
  std::int64_t width_ = 0;
  torch::Tensor values_;  ///< indices of values in the vector
  torch::Tensor places_;  ///< of each index of the vector among values and then choices
  torch::Tensor firsts_;  ///< indices of values, then of each choice's first
  std::vector<Choice> choices_;
};

/// One patch for a sound: an encoder, and residual layers to `RegressionOutputs`. Its inputs are pictures
/// (rows x frames x bands) and globals (rows x values).
class RegressionNetwork : public TrainableNetwork {
 public:
  /// @param encoder  its name, see `makeEncoder`
  /// Sizes: those of `SoundSizes`, `RegressionOutputs` and the encoder; `layers` (2) after it, `dropout` (0).
  RegressionNetwork(const std::string& encoder, NetworkSizes& sizes);

  std::int64_t width() const { return outputs_.layout().width; }

  torch::Tensor forward(const Tensors& batch, RandomSource& random) override;
  void prepare(const Tensors& batch) override;
  torch::Tensor answers(const torch::Tensor& outputs) const override { return outputs_.answers(outputs); }
  /// The first answer of a row is the network's, the others are drawn.
  torch::Tensor sample(const Tensors& batch, const SampleOptions& options) override;
  std::map<std::string, std::string> sizes() const override { return sizes_; }

 private:
  RegressionOutputs outputs_;
  double dropout_;
  std::shared_ptr<SoundScale> scale_;
  std::shared_ptr<SoundEncoder> encoder_;
  std::vector<ResidualBlock> blocks_;
  torch::nn::LayerNorm outNorm_{nullptr};
  torch::nn::Linear out_{nullptr};
  std::map<std::string, std::string> sizes_;
};

}  // namespace patchpilot
