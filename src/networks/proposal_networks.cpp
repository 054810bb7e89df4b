#include "networks/proposal_networks.h"

#include "base/error.h"
#include "networks/flow_network.h"
#include "networks/inference.h"
#include "networks/network_file.h"
#include "networks/regression_network.h"
#include "networks/torch_errors.h"

#include <ATen/ATen.h>
#include <torch/utils.h>

#include <algorithm>

namespace patchpilot {

namespace {

template <typename Made>
ProposalNetwork proposal(std::shared_ptr<Made> network) {
  const std::int64_t width = network->width();
  return {std::move(network), width};
}

/// A field's name and whether candidates are corrected; an encoder's name.
template <const char* field, bool corrector>
ProposalNetwork flow(NetworkSizes& sizes) {
  return proposal(std::make_shared<FlowNetwork>(field, corrector, sizes));
}
template <const char* encoder>
ProposalNetwork regression(NetworkSizes& sizes) {
  return proposal(std::make_shared<RegressionNetwork>(encoder, sizes));
}

constexpr char kMlp[] = "mlp", kSections[] = "sections", kParam2Tok[] = "param2tok";
constexpr char kMixer[] = "mixer", kCnn[] = "cnn", kAst[] = "ast";

constexpr ProposalEntry kEntries[] = {
    {"flow-mlp", flow<kMlp, false>},
    {"flow-sections", flow<kSections, false>},
    {"flow-param2tok", flow<kParam2Tok, false>},
    {"corrector-mlp", flow<kMlp, true>},
    {"corrector-sections", flow<kSections, true>},
    {"regression-mlp", regression<kMixer>},
    {"regression-cnn", regression<kCnn>},
    {"regression-ast", regression<kAst>},
};

/// @param outputs  rows x draws x 2 x width. @param errorOf  of a difference
template <typename ErrorOf>
torch::Tensor velocityLoss(const Tensors& batch, const torch::Tensor& outputs, const ErrorOf& errorOf) {
  const std::int64_t rows = outputs.size(0), draws = outputs.size(1), width = outputs.size(3);
  const torch::Tensor mask = batch.back().reshape({rows, 1, width});
  const torch::Tensor error = errorOf(outputs.select(2, 0) - outputs.select(2, 1));
  return (error * mask).sum() / (mask.sum().clamp_min(1) * double(draws));
}

class ProposalModel : public Network {
 public:
  ProposalModel(std::string file, ProposalNetwork network)
      : file_(std::move(file)), network_(std::move(network)) {}

  std::int64_t dimension() const override { return network_.width; }

  void run(BatchView inputs, std::span<float> outputs) const override {
    SampleOptions options;
    options.count = 1;
    sample(inputs, options, outputs);
  }

  void sample(BatchView inputs, const SampleOptions& options, std::span<float> outputs) const override {
    if (inputs.count == 0 || options.count < 1 || options.steps < 1 ||
        outputs.size() != std::size_t(inputs.all()[0].shape[0] * options.count * dimension()))
      throw Error(ExitCode::internal, file_ + ": the batch does not fit");
    withTorchErrorsOf(file_, [&] {
      const Inference inference;
      Tensors batch;
      for (const TensorView& view : inputs.all())
        batch.push_back(torch::from_blob(const_cast<float*>(view.data), view.shape));
      // Running it in evaluation changes nothing in it; LibTorch's modules only do not say so.
      const torch::Tensor answers = network_.network->sample(batch, options).contiguous();
      std::copy_n(answers.data_ptr<float>(), outputs.size(), outputs.begin());
    });
  }

 private:
  std::string file_;
  ProposalNetwork network_;
};

}  // namespace

const ProposalEntry* findProposalNetwork(std::string_view name) {
  const auto found = std::find_if(std::begin(kEntries), std::end(kEntries),
                                  [&](const auto& entry) { return entry.name == name; });
  return found == std::end(kEntries) ? nullptr : found;
}

torch::Tensor flowLoss(const Tensors& batch, const torch::Tensor& outputs) {
  return velocityLoss(batch, outputs, [](const torch::Tensor& error) { return error.pow(2); });
}

torch::Tensor absoluteFlowLoss(const Tensors& batch, const torch::Tensor& outputs) {
  return velocityLoss(batch, outputs, [](const torch::Tensor& error) { return error.abs(); });
}

std::unique_ptr<Network> openProposalNetwork(const ProposalEntry& entry, const std::filesystem::path& path,
                                             std::int64_t width) {
  Safetensors file(path);
  std::map<std::string, std::string> given;
  for (const auto& [name, value] : file.metadata())
    if (name.starts_with(kSizePrefix)) given[name.substr(std::string_view(kSizePrefix).size())] = value;
  NetworkSizes sizes(path.string(), std::move(given));
  ProposalNetwork made = entry.make(sizes);
  if (width > 0 && made.width != width)
    failInput("{}: its vectors have {} values, needed are {}", path.string(), made.width, width);
  readWeights(file, *made.network);
  made.network->eval();
  return std::make_unique<ProposalModel>(path.string(), std::move(made));
}

}  // namespace patchpilot
