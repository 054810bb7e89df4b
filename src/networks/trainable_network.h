#pragma once

#include <torch/nn/module.h>

#include <functional>
#include <vector>

namespace patchpilot {

/// The tensors of a batch, in the order that the network and the loss agree on.
using Tensors = std::vector<torch::Tensor>;

/// A network that `NetworkTrainer` can train. Its parameters and buffers are registered as those of any
/// torch::nn::Module; their names are those in its file.
class TrainableNetwork : public torch::nn::Module {
 public:
  /// @return rows x values
  virtual torch::Tensor forward(const Tensors& batch) = 0;

  /// Sets what is not learnt, such as the scales of the inputs, by typical data.
  virtual void prepare(const Tensors& batch) { (void)batch; }
};

/// What is to become small. @return a scalar. @param outputs  of the network, for that batch
using Loss = std::function<torch::Tensor(const Tensors& batch, const torch::Tensor& outputs)>;

}  // namespace patchpilot
