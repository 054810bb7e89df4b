#pragma once

#include "models/network_module.h"
#include "models/safetensors.h"
#include "networks/trainable_network.h"

#include <torch/optim/adamw.h>

#include <memory>
#include <vector>

namespace patchpilot {

/// Whether network and loss treat each row of a batch by itself, so that threads can share the rows.
enum class BatchRows { together, apart };

/// Trains any network on any loss, see `FitOptions`. Network and loss get a batch's tensors without their
/// trailing dimensions of 1. Which random numbers a step uses depends on the seed, the number of threads and
/// the step's number alone, so that a training that goes on from a checkpoint ends as one that was never
/// stopped.
class NetworkTrainer : public Trainer {
 public:
  NetworkTrainer(std::shared_ptr<TrainableNetwork> network, Loss loss, const FitOptions& options,
                 std::int64_t dimension, BatchRows rows = BatchRows::together);

  std::int64_t dimension() const override { return dimension_; }
  void prepare(BatchView batch) override;
  void start(const char* weights) override;
  double step(BatchView batch) override;
  double evaluate(BatchView batch, std::span<float> outputs) override;
  void sample(BatchView batch, const SampleOptions& options, std::span<float> outputs) override;
  void keepBest() override;
  void saveCheckpoint(const char* file, std::span<const Setting> about) const override;
  void loadCheckpoint(const char* file) override;
  void write(const char* file, std::span<const Setting> about) const override;

 private:
  /// What the rows of one thread give.
  struct Part {
    double loss = 0;
    Tensors gradients;  ///< of each parameter; undefined if it has none
  };

  Tensors tensorsOf(BatchView batch) const;
  Part partOf(const Tensors& batch, std::uint64_t seed, double share) const;
  std::vector<Part> partsOf(const Tensors& batch) const;
  double rate() const;
  void updateAverage();
  void exchangeAverage();

  FitOptions options_;
  torch::Device device_;
  std::shared_ptr<TrainableNetwork> network_;
  Loss loss_;
  std::int64_t dimension_;
  BatchRows rows_;
  std::vector<torch::Tensor> parameters_, average_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
  std::vector<StoredTensor> best_;
  std::int64_t done_ = 0;  ///< steps
};

}  // namespace patchpilot
