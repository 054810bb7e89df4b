#include "base/error.h"
#include "networks/clap.h"
#include "networks/openl3.h"
#include "networks/torch_script.h"
#include "networks/trained.h"
#include "networks/trainer.h"

#include <ATen/Parallel.h>

#include <dlfcn.h>

namespace patchpilot {

namespace {

/// Where LibTorch multiplies by OpenBLAS with threads of its own, it does not tell it how many are wanted.
void useOneThreadOfOpenBlas() {
  const auto setThreads = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (setThreads != nullptr) setThreads(1);
}

class TorchNetworks : public Networks {
 public:
  TorchNetworks() {
    at::set_num_threads(1);
    useOneThreadOfOpenBlas();
  }

  std::unique_ptr<Embedder> makeEmbedder(const NetworkEmbedder& wanted) const override {
    switch (wanted.kind) {
      case NetworkKind::torchScript: return makeTorchScript(wanted);
      case NetworkKind::openL3: return std::make_unique<OpenL3>(wanted);
      case NetworkKind::clap:
      case NetworkKind::clapStyle: return makeClap(wanted);
      case NetworkKind::trained: return makeTrained(wanted);
    }
    throw Error(ExitCode::internal, fmt::format("no network of kind {}", int(wanted.kind)));
  }

  std::unique_ptr<TextEmbedder> makeTextEmbedder(const NetworkEmbedder& wanted) const override {
    if (wanted.kind == NetworkKind::clap) return makeClapText(wanted);
    throw Error(ExitCode::internal, fmt::format("no network of texts of kind {}", int(wanted.kind)));
  }

  TrainingResult train(const TrainingData& data, const TrainingOptions& options,
                       const OnTraining& onTraining) const override {
    return Trainer(data, options).run(onTraining);
  }
};

}  // namespace
}  // namespace patchpilot

extern "C" __attribute__((visibility("default"))) const patchpilot::Networks* patchpilotNetworks3() {
  static const patchpilot::TorchNetworks networks;
  return &networks;
}
