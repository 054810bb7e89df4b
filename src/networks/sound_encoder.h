#pragma once

#include "networks/network_sizes.h"
#include "networks/trainable_network.h"

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <memory>
#include <string>

namespace patchpilot {

/// What a network sees of a sound.
struct SoundSizes {
  std::int64_t frames = 0;
  std::int64_t bands = 0;     ///< of a frame, of all channels together
  std::int64_t channels = 1;  ///< equal parts of the bands: middle and side
  std::int64_t globals = 0;   ///< values that are told of the sound as a whole

  static SoundSizes read(NetworkSizes& sizes);
};

/// The inputs of networks, standardised by what is typical: pictures for each band, globals for each value.
class SoundScale : public torch::nn::Module {
 public:
  explicit SoundScale(const SoundSizes& sizes);

  /// @param picture  rows x frames x bands. @param globals  rows x globals
  void prepare(const torch::Tensor& picture, const torch::Tensor& globals);

  torch::Tensor picture(const torch::Tensor& picture) const;
  torch::Tensor globals(const torch::Tensor& globals) const;

 private:
  SoundSizes sizes_;
  torch::Tensor pictureMean_, pictureScale_, globalsMean_, globalsScale_;
};

/// Turns what is seen of a sound into values that say what patch it may be of.
class SoundEncoder : public torch::nn::Module {
 public:
  virtual std::int64_t width() const = 0;

  /// @param picture  rows x frames x bands, standardised. @param globals  rows x globals, standardised
  /// @return rows x `width()`
  virtual torch::Tensor forward(const torch::Tensor& picture, const torch::Tensor& globals,
                                RandomSource& random) = 0;
};

/// The end of an encoder: what was seen in the picture and what the globals tell become its answer.
class EncodingHead : public torch::nn::Module {
 public:
  /// Sizes: `encoding` (512): values of the answer, `globals_hidden` (256), `encoder_dropout` (0).
  /// @param seen  values that the picture gives
  EncodingHead(std::int64_t seen, const SoundSizes& sound, NetworkSizes& sizes);

  std::int64_t width() const { return width_; }
  /// Leaves out some values in training, as all of an encoder may.
  torch::Tensor some(const torch::Tensor& x, RandomSource& random) const {
    return is_training() ? random.dropout(x, dropout_) : x;
  }
  /// @param seen  rows x values. @param globals  rows x globals. @return rows x `width()`
  torch::Tensor forward(const torch::Tensor& seen, const torch::Tensor& globals, RandomSource& random);

 private:
  std::int64_t width_;
  double dropout_;
  torch::nn::Linear out_{nullptr}, globalsFirst_{nullptr}, globalsSecond_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
};

/// Makes one. @param name  "mixer", "cnn" or "ast". @throws Error (input) if its sizes make no sense
std::shared_ptr<SoundEncoder> makeEncoder(const std::string& name, const SoundSizes& sound,
                                          NetworkSizes& sizes);

}  // namespace patchpilot
