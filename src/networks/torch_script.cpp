#include "networks/torch_script.h"

#include "networks/inference.h"
#include "networks/rows.h"
#include "networks/torch_errors.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <algorithm>

namespace patchpilot {

namespace {

class TorchScriptModel : public Network {
 public:
  TorchScriptModel(const std::filesystem::path& file, std::int64_t dimension)
      : file_(file.string()), dimension_(dimension) {
    withTorchErrorsOf(file_, [&] {
      module_ = torch::jit::load(file_, torch::kCPU);
      module_.eval();
    });
  }

  std::int64_t dimension() const override { return dimension_; }

  void run(BatchView inputs, std::span<float> outputs) const override {
    forEachRow(inputs, outputs,
               [&](std::span<const float> sound, std::span<float> vector) { runOne(sound, vector); });
  }

 private:
  void runOne(std::span<const float> sound, std::span<float> vector) const {
    const Inference inference;
    const torch::Tensor out = withTorchErrorsOf(file_, [&] {
      // Off, for it would learn from the first sounds: what a sound gives must not depend on how many came
      // before.
      torch::jit::GraphOptimizerEnabledGuard unoptimized(false);
      const auto in = torch::from_blob(const_cast<float*>(sound.data()), {1, std::int64_t(sound.size())});
      // Running a module changes nothing in it; LibTorch only does not say so.
      return const_cast<torch::jit::Module&>(module_)
          .forward({in})
          .toTensor()
          .to(torch::kFloat32)
          .contiguous();
    });
    if (out.dim() != 2 || out.size(0) != 1 || out.size(1) != dimension_)
      failInput("{}: for one sound this network gives {} values, its TOML file says {}", file_, out.numel(),
                dimension_);
    std::copy_n(out.data_ptr<float>(), vector.size(), vector.begin());
  }

  std::string file_;
  std::int64_t dimension_;
  torch::jit::Module module_;
};

}  // namespace

std::unique_ptr<Network> makeTorchScript(const std::filesystem::path& file, std::int64_t dimension) {
  return std::make_unique<TorchScriptModel>(file, dimension);
}

}  // namespace patchpilot
