#include "networks/network_file.h"

#include <torch/utils.h>

namespace patchpilot {

StoredTensor storedTensor(const std::string& name, const torch::Tensor& tensor, bool half) {
  const torch::Tensor values = tensor.detach().to(torch::kCPU).to(torch::kFloat).contiguous();
  return {name,
          {values.sizes().begin(), values.sizes().end()},
          {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()},
          half};
}

void readTensor(Safetensors& file, const std::string& name, torch::Tensor to) {
  const std::vector<std::int64_t> shape(to.sizes().begin(), to.sizes().end());
  std::vector<float> values(std::size_t(to.numel()));
  file.read(name, shape, values);
  const torch::NoGradGuard noGradients;
  to.copy_(torch::from_blob(values.data(), shape));
}

std::vector<std::pair<std::string, torch::Tensor>> weightsOf(const torch::nn::Module& network) {
  std::vector<std::pair<std::string, torch::Tensor>> all;
  for (const auto& named : network.named_parameters()) all.emplace_back(named.key(), named.value());
  for (const auto& named : network.named_buffers()) all.emplace_back(named.key(), named.value());
  return all;
}

void readWeights(Safetensors& file, torch::nn::Module& network) {
  for (auto& [name, tensor] : weightsOf(network)) readTensor(file, name, tensor);
}

std::map<std::string, std::string> metadataOf(std::span<const Setting> settings) {
  std::map<std::string, std::string> metadata;
  for (const Setting& setting : settings) metadata[setting.name] = setting.value;
  return metadata;
}

}  // namespace patchpilot
