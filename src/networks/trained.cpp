#include "networks/trained.h"

#include "base/error.h"
#include "networks/inference.h"
#include "networks/torch_errors.h"
#include "networks/trained_network.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace patchpilot {

namespace {

class TrainedEmbedder : public Embedder {
 public:
  TrainedEmbedder(const NetworkEmbedder& wanted, Safetensors file)
      : wanted_(wanted), network_(checked(file)) {
    if (network_.dimension() != wanted.dimension)
      failInput("{}: its vectors have {} values, its TOML file says {}", file.file().string(),
                network_.dimension(), wanted.dimension);
  }

  std::string name() const override { return wanted_.name; }
  int version() const override { return wanted_.version; }
  int dimension() const override { return wanted_.dimension; }

  void embed(std::span<const float> left, std::span<const float> right,
             std::span<float> vector) const override {
    embedNote(left, right, std::nullopt, vector);
  }

  void embedNote(std::span<const float> left, std::span<const float> right, std::optional<int> note,
                 std::span<float> vector) const override {
    std::vector<float> values(SoundImage::kValues);
    image_(left, right, values);
    withTorchErrorsOf(wanted_.files[0].string(), [&] {
      const Inference inference;
      const at::Tensor images = at::from_blob(values.data(), {1, std::int64_t(values.size())});
      const at::Tensor notes = at::full({1}, std::int64_t(note.value_or(-1)), at::kLong);
      const at::Tensor out = network_.forward(TrainedNetwork::inputs(images, notes)).contiguous();
      std::copy_n(out.data_ptr<float>(), vector.size(), vector.begin());
    });
  }

 private:
  static Safetensors& checked(Safetensors& file) {
    const auto image = file.metadata().find("image");
    if (image == file.metadata().end())
      failInput("{}: this is no file of 'patchpilot train embedder'", file.file().string());
    if (image->second != std::to_string(SoundImage::kVersion))
      failInput("{}: it was trained on images of version {}, this program makes version {}; train it again",
                file.file().string(), image->second, SoundImage::kVersion);
    return file;
  }

  NetworkEmbedder wanted_;
  TrainedNetwork network_;
  SoundImage image_;
};

}  // namespace

std::unique_ptr<Embedder> makeTrained(const NetworkEmbedder& wanted) {
  return std::make_unique<TrainedEmbedder>(wanted, Safetensors(wanted.files.at(0)));
}

}  // namespace patchpilot
