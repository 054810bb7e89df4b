#pragma once

#include "base/error.h"
#include "models/network_module.h"
#include "networks/random_source.h"

#include <torch/nn/module.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace patchpilot {

/// The tensors of a batch, in the order that the network and the loss agree on.
using Tensors = std::vector<torch::Tensor>;

/// A network that `NetworkTrainer` can train. Its parameters and buffers are registered as those of any
/// torch::nn::Module; their names are those in its file. Training may call `forward` from several threads.
class TrainableNetwork : public torch::nn::Module {
 public:
  /// What the loss takes. @return rows x values, or what network and loss agree on
  virtual torch::Tensor forward(const Tensors& batch, RandomSource& random) = 0;

  /// Sets what is not learnt, such as the scales of the inputs, by typical data.
  virtual void prepare(const Tensors& batch) { (void)batch; }

  /// Is added to the loss. @return a scalar; undefined if there is none
  virtual torch::Tensor penalty() const { return {}; }

  /// What the network answers, from what the loss takes. @return rows x values; undefined if the network is
  /// sampled
  virtual torch::Tensor answers(const torch::Tensor& outputs) const { return outputs; }

  /// Draws answers. @param batch  the network's inputs; more tensors are ignored
  /// @return rows x `options.count` x values
  /// @throws Error (internal) if the network has one answer for an input, and more are asked for
  virtual torch::Tensor sample(const Tensors& batch, const SampleOptions& options) {
    if (options.count != 1)
      throw Error(ExitCode::internal,
                  fmt::format("{} answers were asked of a network that gives one", options.count));
    RandomSource random(options.seed, batch.at(0).device());
    return answers(forward(batch, random)).unsqueeze(1);
  }

  /// What its file must say for the network to be made again: sizes by name.
  virtual std::map<std::string, std::string> sizes() const { return {}; }
};

/// What is to become small. @return a scalar. @param outputs  of the network, for that batch
using Loss = std::function<torch::Tensor(const Tensors& batch, const torch::Tensor& outputs)>;

}  // namespace patchpilot
