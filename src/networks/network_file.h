#pragma once

#include "models/network_module.h"
#include "models/safetensors.h"

#include <torch/nn/module.h>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// The values of a tensor, wherever it is, to be written. @param half  as 16-bit floats
StoredTensor storedTensor(const std::string& name, const torch::Tensor& tensor, bool half);

/// Reads a tensor of a file into one of that shape. @throws Error (input) as `Safetensors::read`
void readTensor(Safetensors& file, const std::string& name, torch::Tensor to);

/// All parameters and buffers of a network, by name, in the order of their registration.
std::vector<std::pair<std::string, torch::Tensor>> weightsOf(const torch::nn::Module& network);

/// Reads all of them. @throws Error (input) that names file and tensor if one is missing, or of another shape
void readWeights(Safetensors& file, torch::nn::Module& network);

/// What begins the names of the metadata that give a network's sizes.
inline constexpr const char* kSizePrefix = "size.";

/// Metadata of a file.
std::map<std::string, std::string> metadataOf(std::span<const Setting> settings);

}  // namespace patchpilot
