#include "embed/network_embedder.h"

#include "audio/buffer.h"
#include "audio/recording.h"
#include "audio/resample.h"
#include "base/error.h"
#include "embed/sound_image.h"
#include "models/model_file.h"

#include <cmath>

namespace patchpilot {

namespace {

std::unique_ptr<Network> openNetwork(const NetworkEmbedder& wanted, const std::string& network) {
  std::vector<const char*> files;
  for (const auto& file : wanted.files) files.push_back(file.c_str());
  return std::unique_ptr<Network>(networkModule().openNetwork({network.c_str(), files, wanted.dimension}));
}

/// What all embedders that are networks have in common.
class ModelEmbedder : public Embedder {
 public:
  ModelEmbedder(const NetworkEmbedder& wanted)
      : name_(wanted.name), version_(wanted.version), network_(openNetwork(wanted, wanted.network)) {}

  std::string name() const override { return name_; }
  int version() const override { return version_; }
  int dimension() const override { return int(network_->dimension()); }

 protected:
  const Network& network() const { return *network_; }

 private:
  std::string name_;
  int version_;
  std::unique_ptr<Network> network_;
};

class WaveformEmbedder : public ModelEmbedder {
 public:
  WaveformEmbedder(const NetworkEmbedder& wanted, const WaveformInput& input)
      : ModelEmbedder(wanted),
        rateHz_(input.sampleRateHz > 0 ? input.sampleRateHz : network().sampleRateHz()),
        seconds_(input.seconds) {
    if (seconds_ <= 0) return;
    // A network that does not fit is told now, and not by the first of many renders.
    std::vector<float> vector(std::size_t(wanted.dimension));
    embed({}, {}, vector);
  }

  void embed(std::span<const float> left, std::span<const float> right,
             std::span<float> vector) const override {
    std::vector<float> sound(left.size());
    // A network of waveforms hears one channel. Sides that would cancel are subtracted.
    const float sign = sidesCancel(left, right) ? -1.0f : 1.0f;
    for (std::size_t i = 0; i < sound.size(); ++i) sound[i] = 0.5f * (left[i] + sign * right[i]);
    sound = resample(sound, kSampleRateHz, rateHz_);
    if (seconds_ > 0) sound.resize(std::size_t(std::llround(seconds_ * rateHz_)));
    const TensorView input{sound.data(), {1, std::int64_t(sound.size()), 1, 1}};
    network().run({&input, 1}, vector);
  }

 private:
  double rateHz_, seconds_;
};

class ImageEmbedder : public ModelEmbedder {
 public:
  ImageEmbedder(const NetworkEmbedder& wanted, const ImageInput& input)
      : ModelEmbedder((check(wanted, input), wanted)) {}

  void embed(std::span<const float> left, std::span<const float> right,
             std::span<float> vector) const override {
    embedNote(left, right, std::nullopt, vector);
  }

  void embedNote(std::span<const float> left, std::span<const float> right, std::optional<int> note,
                 std::span<float> vector) const override {
    std::vector<float> values(SoundImage::kValues);
    image_(left, right, values);
    const float told = float(note.value_or(-1));
    const TensorView inputs[] = {{values.data(), {1, std::int64_t(values.size()), 1, 1}},
                                 {&told, {1, 1, 1, 1}}};
    network().run({inputs, 2}, vector);
  }

 private:
  static void check(const NetworkEmbedder& wanted, const ImageInput& input) {
    const Safetensors file(wanted.files.at(0));
    requireModel(readModelAbout(file), {"embedder", "", input.synth, SoundImage::kName, SoundImage::kVersion},
                 file.file());
  }

  SoundImage image_;
};

class ModelTextEmbedder : public TextEmbedder {
 public:
  explicit ModelTextEmbedder(const NetworkEmbedder& wanted)
      : network_(openNetwork(wanted, wanted.textNetwork)) {}

  int dimension() const override { return int(network_->dimension()); }

  void embed(std::string_view text, std::span<float> vector) const override {
    // A text goes to the network as its bytes, one a value.
    const std::vector<float> bytes(reinterpret_cast<const std::uint8_t*>(text.data()),
                                   reinterpret_cast<const std::uint8_t*>(text.data()) + text.size());
    const TensorView input{bytes.data(), {1, std::int64_t(bytes.size()), 1, 1}};
    network_->run({&input, 1}, vector);
  }

 private:
  std::unique_ptr<Network> network_;
};

}  // namespace

std::unique_ptr<Embedder> makeNetworkEmbedder(const NetworkEmbedder& wanted) {
  if (const auto* image = std::get_if<ImageInput>(&wanted.input))
    return std::make_unique<ImageEmbedder>(wanted, *image);
  return std::make_unique<WaveformEmbedder>(wanted, std::get<WaveformInput>(wanted.input));
}

std::unique_ptr<TextEmbedder> makeNetworkTextEmbedder(const NetworkEmbedder& wanted) {
  return std::make_unique<ModelTextEmbedder>(wanted);
}

}  // namespace patchpilot
