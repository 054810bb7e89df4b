#include "base/error.h"
#include "networks/openl3.h"
#include "networks/torch_script.h"

#include <ATen/Parallel.h>

namespace patchpilot {

namespace {

class TorchNetworks : public Networks {
 public:
  TorchNetworks() { at::set_num_threads(1); }

  std::unique_ptr<Embedder> makeEmbedder(const NetworkEmbedder& wanted) const override {
    switch (wanted.kind) {
      case NetworkKind::torchScript: return makeTorchScript(wanted);
      case NetworkKind::openL3: return std::make_unique<OpenL3>(wanted);
    }
    throw Error(ExitCode::internal, fmt::format("no network of kind {}", int(wanted.kind)));
  }
};

}  // namespace
}  // namespace patchpilot

extern "C" __attribute__((visibility("default"))) const patchpilot::Networks* patchpilotNetworks1() {
  static const patchpilot::TorchNetworks networks;
  return &networks;
}
