#include "networks/torch_script.h"

#include "networks/heard.h"
#include "networks/inference.h"
#include "networks/torch_errors.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

class TorchScriptEmbedder : public Embedder {
 public:
  explicit TorchScriptEmbedder(const NetworkEmbedder& wanted)
      : wanted_(wanted), file_(wanted.files.at(0).string()) {
    withTorchErrorsOf(file_, [&] {
      module_ = torch::jit::load(file_, torch::kCPU);
      module_.eval();
    });
    // What does not fit is told now, and not by the first of many renders.
    std::vector<float> vector(std::size_t(wanted.dimension));
    embed({}, {}, vector);
  }

  std::string name() const override { return wanted_.name; }
  int version() const override { return wanted_.version; }
  int dimension() const override { return wanted_.dimension; }

  void embed(std::span<const float> left, std::span<const float> right,
             std::span<float> vector) const override {
    std::vector<float> sound = mono(left, right, wanted_.sampleRateHz);
    sound.resize(std::size_t(std::llround(wanted_.seconds * wanted_.sampleRateHz)));
    const Inference inference;
    const torch::Tensor out = withTorchErrorsOf(file_, [&] {
      // Off, for it would learn from the first sounds: what a sound gives must not depend on how many came
      // before.
      torch::jit::GraphOptimizerEnabledGuard unoptimized(false);
      const auto in = torch::from_blob(sound.data(), {1, std::int64_t(sound.size())});
      // Running a module changes nothing in it; LibTorch only does not say so.
      return const_cast<torch::jit::Module&>(module_)
          .forward({in})
          .toTensor()
          .to(torch::kFloat32)
          .contiguous();
    });
    if (out.dim() != 2 || out.size(0) != 1 || out.size(1) != wanted_.dimension)
      failInput("{}: for one sound this network gives {} values, its TOML file says {}", file_, out.numel(),
                wanted_.dimension);
    std::copy_n(out.data_ptr<float>(), vector.size(), vector.begin());
  }

 private:
  NetworkEmbedder wanted_;
  std::string file_;
  torch::jit::Module module_;
};

}  // namespace

std::unique_ptr<Embedder> makeTorchScript(const NetworkEmbedder& wanted) {
  return std::make_unique<TorchScriptEmbedder>(wanted);
}

}  // namespace patchpilot
