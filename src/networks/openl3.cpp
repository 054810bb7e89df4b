#include "networks/openl3.h"

#include "base/error.h"
#include "networks/inference.h"
#include "networks/rows.h"
#include "networks/torch_errors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

constexpr std::size_t kConvolutions = 8;
constexpr std::int64_t kKernel = 3;
/// Keras's own, which openl3 leaves as it is.
constexpr double kNormalizationEpsilon = 1e-3;
/// Frames that go through the network together: more need more memory and gain nothing.
constexpr std::size_t kFramesAtOnce = 4;
/// What three halvings leave of 256 bands and 199 columns.
constexpr std::int64_t kLastBands = 32, kLastColumns = 24;

/// The layers of a file, of the shapes that the network wants.
class Layers {
 public:
  explicit Layers(const std::filesystem::path& file) : file_(file.string()), layers_(readKerasWeights(file)) {
    // Before version 0.4 the spectrogram was a layer of weights as well.
    std::erase_if(layers_, [](const KerasLayer& layer) { return layer.name.starts_with("melspectrogram"); });
    constexpr std::size_t kLayers = 2 * kConvolutions;
    if (layers_.size() != kLayers) fail(fmt::format("{} layers instead of {}", layers_.size(), kLayers));
  }

  /// A convolution's kernel (`bands x columns x in x out`) and bias.
  const KerasLayer& convolution(std::size_t index, std::int64_t in) const {
    const KerasLayer& layer = layers_[index];
    check(layer, layer.arrays.size() == 2 && layer.arrays[0].shape.size() == 4);
    const std::int64_t out = layer.arrays[0].shape[3];
    check(layer, layer.arrays[0].shape == std::vector{kKernel, kKernel, in, out} &&
                     layer.arrays[1].shape == std::vector{out});
    return layer;
  }

  /// A batch normalization of that many channels: what to multiply each by, and what to add then.
  std::pair<at::Tensor, at::Tensor> normalization(std::size_t index, std::int64_t channels) const {
    const KerasLayer& layer = layers_[index];
    check(layer, layer.arrays.size() == 4);
    std::vector<at::Tensor> arrays;
    for (const KerasArray& array : layer.arrays) {
      check(layer, array.shape == std::vector{channels});
      arrays.push_back(tensor(array));
    }
    const at::Tensor scale = arrays[0] / (arrays[3] + kNormalizationEpsilon).sqrt();
    return {scale, arrays[1] - arrays[2] * scale};
  }

  /// In double precision: it is worked on before it is used.
  static at::Tensor tensor(const KerasArray& array) {
    return at::from_blob(const_cast<float*>(array.values.data()), array.shape).to(at::kDouble);
  }

  [[noreturn]] void fail(const std::string& what) const {
    failInput(
        "{} does not hold the weights of an OpenL3 audio network for mel256 ({}); 'patchpilot models' says "
        "where to get them",
        file_, what);
  }

 private:
  void check(const KerasLayer& layer, bool good) const {
    if (!good) fail(fmt::format("layer '{}' has another shape", layer.name));
  }

  std::string file_;
  std::vector<KerasLayer> layers_;
};

}  // namespace

OpenL3::OpenL3(const std::filesystem::path& file, std::int64_t dimension)
    : file_(file.string()), dimension_(dimension) {
  withTorchErrorsOf(file_, [&] { read(file); });
}

void OpenL3::read(const std::filesystem::path& file) {
  const Inference inference;
  const Layers layers(file);
  const auto [scale, offset] = layers.normalization(0, 1);
  inputScale_ = scale.item<float>();
  inputOffset_ = offset.item<float>();
  std::int64_t channels = 1;
  for (std::size_t i = 0; i < kConvolutions; ++i) {
    const KerasLayer& layer = layers.convolution(1 + 2 * i, channels);
    const bool last = i + 1 == kConvolutions;
    at::Tensor kernel = Layers::tensor(layer.arrays[0]).permute({3, 2, 0, 1});
    at::Tensor bias = Layers::tensor(layer.arrays[1]);
    channels = bias.size(0);
    if (!last) {
      const auto [factor, shift] = layers.normalization(2 + 2 * i, channels);
      kernel = kernel * factor.reshape({-1, 1, 1, 1});
      bias = bias * factor + shift;
    }
    convolutions_.push_back({layer.name, kernel.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast),
                             bias.to(at::kFloat), !last, !last && i % 2 == 1});
  }
  if (dimension_ == channels) pooling_ = {kLastBands, kLastColumns};
  else if (dimension_ == 12 * channels) pooling_ = {kLastBands / 4, kLastColumns / 3};
  else layers.fail(fmt::format("{} channels instead of 512", channels));
}

at::Tensor OpenL3::forward(at::Tensor spectrograms, const Tell& tell) const {
  const Inference inference;
  // Channels side by side: oneDNN's convolutions need not turn them round, and take four fifths of the time.
  at::Tensor x = (spectrograms * inputScale_ + inputOffset_).contiguous(at::MemoryFormat::ChannelsLast);
  for (const Convolution& convolution : convolutions_) {
    x = at::conv2d(x, convolution.kernel, convolution.bias, 1, 1);
    if (convolution.rectified) x.relu_();
    if (tell) tell(convolution.name, x);
    if (convolution.pooled) x = at::max_pool2d(x, 2);
  }
  // Keras counts channels fastest.
  return at::max_pool2d(x, pooling_).permute({0, 2, 3, 1}).flatten(1).contiguous();
}

std::vector<float> OpenL3::frames(std::span<const float> sound) const {
  const std::size_t count = OpenL3FrontEnd::frames(sound.size());
  constexpr std::size_t kSize = OpenL3FrontEnd::kBands * OpenL3FrontEnd::kColumns;
  std::vector<float> result;
  for (std::size_t first = 0; first < count; first += kFramesAtOnce) {
    const std::size_t now = std::min(kFramesAtOnce, count - first);
    std::vector<float> spectrograms(now * kSize);
    for (std::size_t i = 0; i < now; ++i)
      frontEnd_.spectrogram(sound, first + i, std::span(spectrograms).subspan(i * kSize, kSize));
    const at::Tensor out = forward(
        at::from_blob(spectrograms.data(), {std::int64_t(now), 1, std::int64_t(OpenL3FrontEnd::kBands),
                                            std::int64_t(OpenL3FrontEnd::kColumns)}));
    result.insert(result.end(), out.data_ptr<float>(), out.data_ptr<float>() + out.numel());
  }
  return result;
}

void OpenL3::run(BatchView inputs, std::span<float> outputs) const {
  forEachRow(inputs, outputs, [&](std::span<const float> sound, std::span<float> vector) {
    const std::vector<float> all = withTorchErrorsOf(file_, [&] { return frames(sound); });
    const std::size_t count = all.size() / vector.size();
    for (std::size_t i = 0; i < vector.size(); ++i) {
      double sum = 0;
      for (std::size_t frame = 0; frame < count; ++frame) sum += double(all[frame * vector.size() + i]);
      vector[i] = float(sum / double(count));
    }
  });
}

}  // namespace patchpilot
