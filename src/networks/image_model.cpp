#include "networks/image_model.h"

#include "base/error.h"
#include "networks/image_network.h"
#include "networks/inference.h"
#include "networks/torch_errors.h"

#include <torch/utils.h>

#include <algorithm>

namespace patchpilot {

namespace {

class ImageModel : public Network {
 public:
  ImageModel(Safetensors file, std::int64_t dimension)
      : file_(file.file().string()), network_(ImageNetwork::read(file)) {
    if (dimension > 0 && network_->dimension() != dimension)
      failInput("{}: its vectors have {} values, its TOML file says {}", file_, network_->dimension(),
                dimension);
  }

  std::int64_t dimension() const override { return network_->dimension(); }

  void run(BatchView inputs, std::span<float> outputs) const override {
    const std::span<const TensorView> all = inputs.all();
    if (all.size() != 2 || all[0].shape[1] != std::int64_t(SoundImage::kValues) ||
        all[1].size() != std::size_t(all[0].shape[0]) ||
        outputs.size() != all[1].size() * std::size_t(dimension()))
      throw Error(ExitCode::internal, file_ + ": the batch does not fit");
    withTorchErrorsOf(file_, [&] {
      const Inference inference;
      const Tensors batch{
          torch::from_blob(const_cast<float*>(all[0].data), {all[0].shape[0], all[0].shape[1]}),
          torch::from_blob(const_cast<float*>(all[1].data), {all[1].shape[0]})};
      RandomSource random(0);  // of which nothing is drawn in evaluation
      // Running it in evaluation changes nothing in it; LibTorch's modules only do not say so.
      const torch::Tensor out = network_->forward(batch, random).contiguous();
      std::copy_n(out.data_ptr<float>(), outputs.size(), outputs.begin());
    });
  }

 private:
  std::string file_;
  std::shared_ptr<ImageNetwork> network_;
};

}  // namespace

std::unique_ptr<Network> makeImageModel(const std::filesystem::path& file, std::int64_t dimension) {
  return std::make_unique<ImageModel>(Safetensors(file), dimension);
}

}  // namespace patchpilot
