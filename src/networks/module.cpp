#include "base/error.h"
#include "networks/clap.h"
#include "networks/image_model.h"
#include "networks/image_network.h"
#include "networks/neighbour_loss.h"
#include "networks/network_trainer.h"
#include "networks/openl3.h"
#include "networks/proposal_networks.h"
#include "networks/regression_network.h"
#include "networks/torch_script.h"

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include <dlfcn.h>

#include <charconv>
#include <string_view>

namespace patchpilot {

namespace {

/// A network that can be opened, by name. Adding one is a line here.
struct ModelEntry {
  std::string_view name;
  std::unique_ptr<Network> (*open)(const NetworkRequest& request);
};

ClapFiles clapFiles(const NetworkRequest& request) {
  return {request.files[0], request.files[1], request.files[2]};
}

constexpr ModelEntry kModels[] = {
    {"torchscript", [](const NetworkRequest& r) { return makeTorchScript(r.files[0], r.dimension); }},
    {"openl3",
     [](const NetworkRequest& r) -> std::unique_ptr<Network> {
       return std::make_unique<OpenL3>(r.files[0], r.dimension);
     }},
    {"clap", [](const NetworkRequest& r) { return makeClap(clapFiles(r), false); }},
    {"clap-style", [](const NetworkRequest& r) { return makeClap(clapFiles(r), true); }},
    {"clap-text", [](const NetworkRequest& r) { return makeClapText(clapFiles(r)); }},
    {"sound-image", [](const NetworkRequest& r) { return makeImageModel(r.files[0], r.dimension); }},
};

/// A size of a network to be trained. @throws Error (internal) if it is missing or no number
double sizeOf(const TrainerRequest& request, std::string_view name) {
  for (const Setting& setting : request.sizes)
    if (name == setting.name) {
      const std::string_view text = setting.value;
      double value = 0;
      if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) return value;
    }
  throw Error(ExitCode::internal, fmt::format("the network {} needs a size '{}'", request.network, name));
}

/// A network to be trained, with the values that it gives for a row.
struct Trainable {
  std::shared_ptr<TrainableNetwork> network;
  std::int64_t dimension;
};

struct TrainableEntry {
  std::string_view name;
  Trainable (*make)(const TrainerRequest& request);
};

constexpr TrainableEntry kTrainable[] = {
    {"sound-image",
     [](const TrainerRequest& r) -> Trainable {
       const ImageNetwork::Sizes sizes{std::int64_t(sizeOf(r, "hidden")),
                                       std::int64_t(sizeOf(r, "dimension")), sizeOf(r, "dropout")};
       return {std::make_shared<ImageNetwork>(sizes), sizes.dimension};
     }},
};

struct LossEntry {
  std::string_view name;
  Loss (*make)(const TrainerRequest& request);
  BatchRows rows;  ///< whether it sees each row of a batch by itself
};

std::map<std::string, std::string> sizesOf(const TrainerRequest& request) {
  std::map<std::string, std::string> sizes;
  for (const Setting& setting : request.sizes) sizes[setting.name] = setting.value;
  return sizes;
}

/// The loss of regressions, which must know what the vector is made of.
Loss regressionLoss(const TrainerRequest& request) {
  NetworkSizes sizes(request.network, sizesOf(request));
  return [outputs = RegressionOutputs(sizes)](const Tensors& batch, const torch::Tensor& given) {
    return outputs.loss(given, batch.at(batch.size() - 2), batch.back());
  };
}

constexpr LossEntry kLosses[] = {
    {"neighbours-by-mss", [](const TrainerRequest&) -> Loss { return neighbourLoss; }, BatchRows::together},
    {"flow", [](const TrainerRequest&) -> Loss { return flowLoss; }, BatchRows::apart},
    {"flow-absolute", [](const TrainerRequest&) -> Loss { return absoluteFlowLoss; }, BatchRows::apart},
    {"regression", regressionLoss, BatchRows::apart},
};

template <typename Entry, std::size_t count>
const Entry& find(const Entry (&table)[count], const char* what, std::string_view name) {
  for (const Entry& entry : table)
    if (entry.name == name) return entry;
  throw Error(ExitCode::internal, fmt::format("there is no {} '{}'", what, name));
}

/// The network of a request. @throws Error (internal) if there is none of its name
Trainable makeTrainable(const TrainerRequest& request) {
  const ProposalEntry* proposal = findProposalNetwork(request.network);
  if (proposal == nullptr) return find(kTrainable, "network to train", request.network).make(request);
  NetworkSizes sizes(request.network, sizesOf(request));
  const ProposalNetwork made = proposal->make(sizes);
  sizes.requireAllRead();
  return {made.network, made.width};
}

/// If LibTorch multiplies by OpenBLAS with threads of its own, it does not tell it how many are wanted.
void useOneThreadOfOpenBlas() {
  const auto setThreads = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (setThreads != nullptr) setThreads(1);
}

class TorchModule : public NetworkModule {
 public:
  TorchModule() {
    at::set_num_threads(1);
    useOneThreadOfOpenBlas();
  }

  Network* openNetwork(const NetworkRequest& request) const override {
    if (const ProposalEntry* proposal = findProposalNetwork(request.network))
      return openProposalNetwork(*proposal, request.files[0], request.dimension).release();
    return find(kModels, "network", request.network).open(request).release();
  }

  Trainer* makeTrainer(const TrainerRequest& request) const override {
    torch::manual_seed(request.fit.seed);
    const LossEntry& loss = find(kLosses, "loss", request.loss);
    const Trainable made = makeTrainable(request);
    return new NetworkTrainer(made.network, loss.make(request), request.fit, made.dimension, loss.rows);
  }
};

}  // namespace
}  // namespace patchpilot

extern "C" {
__attribute__((visibility("default"))) extern const std::uint32_t patchpilotNetworksAbi =
    patchpilot::kNetworksAbi;

__attribute__((visibility("default"))) const patchpilot::NetworkModule* patchpilotNetworks() {
  static const patchpilot::TorchModule module;
  return &module;
}
}
