#pragma once

#include "models/network_module.h"
#include "networks/network_sizes.h"
#include "networks/trainable_network.h"

#include <filesystem>
#include <memory>
#include <string_view>

namespace patchpilot {

/// A network that answers sounds with patches' vectors.
struct ProposalNetwork {
  std::shared_ptr<TrainableNetwork> network;
  std::int64_t width;  ///< of the vectors
};

/// One kind of them. Adding one is a line in the table of proposal_networks.cpp.
struct ProposalEntry {
  std::string_view name;  ///< in the module of networks
  ProposalNetwork (*make)(NetworkSizes& sizes);
};

/// @return null if there is none of that name
const ProposalEntry* findProposalNetwork(std::string_view name);

/// Squared error of a flow's velocities where the vector is heard. @param outputs  as `FlowNetwork` gives
torch::Tensor flowLoss(const Tensors& batch, const torch::Tensor& outputs);
/// The absolute error in its place.
torch::Tensor absoluteFlowLoss(const Tensors& batch, const torch::Tensor& outputs);

/// Opens a trained one by the sizes that its file gives.
/// @param width  that its vectors must have; 0: any
/// @throws Error (input) if the file holds no such network
std::unique_ptr<Network> openProposalNetwork(const ProposalEntry& entry, const std::filesystem::path& file,
                                             std::int64_t width);

}  // namespace patchpilot
