#pragma once

#include "networks/trainable_network.h"

namespace patchpilot {

/// The loss "neighbours-by-mss" of embedders. A batch has after the network's own inputs (images, notes):
/// the MSS of each group (`conditions x patches x patches`, one group after the other, in dB), and the sizes
/// (`groups x 2`: patches, conditions). Its rows are for each group the library's renders of its patches, and
/// then the renders under each condition.
///
/// It asks of the vector of a sound under a condition, and of the library's renders of its group's patches:
/// - near by MSS is near: the softmax over the group of the negative distances, against that of the negative
///   MSS. The true patch is left out: it would take all the weight, and what is searched for is mostly not in
///   the library;
/// - their distance is that MSS, in dB, by its logarithm, so that near ones count as much as far ones;
/// - the true patch is nearer than all others of all groups (contrastive).
torch::Tensor neighbourLoss(const Tensors& batch, const torch::Tensor& vectors);

}  // namespace patchpilot
