#pragma once

#include "embed/training.h"
#include "networks/trained_network.h"

#include <random>
#include <vector>

namespace patchpilot {

/// Trains a `TrainedNetwork`. Each step takes a few groups and asks of the vectors of a sound under a
/// condition and of the library's renders of its group's patches, that
/// - who is near by MSS is near: the softmax over the group of the negative distances, against that of the
/// negative MSS;
/// - their distance is that MSS, in dB, by its logarithm, so that near ones count as much as far ones;
/// - the true patch is nearer than all others of all groups (contrastive).
/// By Adam with decoupled weight decay (Loshchilov and Hutter 2019), its rate along a half cosine. What is
/// looked at and kept is the moving average of the weights (Polyak averaging), which generalises better than
/// where the last steps led.
class Trainer {
 public:
  /// @param data  must outlive this
  Trainer(const TrainingData& data, const TrainingOptions& options);

  /// Goes on to the last step, or until Ctrl-C. @throws as `Networks::train`
  TrainingResult run(const OnTraining& onTraining);

 private:
  struct Batch {
    at::Tensor inputs;  ///< of all sounds: for each group the library's renders, then each condition's
    std::vector<const SoundGroup*> groups;
  };

  bool readCheckpoint();
  void writeCheckpoint() const;
  Batch batch(const std::vector<const SoundGroup*>& groups, bool jitter);
  at::Tensor loss(const Batch& batch, const at::Tensor& vectors) const;
  double step();
  TrainingMoment look();
  void exchangeAverage();
  void writeWeights() const;

  const TrainingData& data_;
  TrainingOptions options_;
  at::Device device_;
  TrainedNetwork network_;
  std::vector<at::Tensor> first_, second_;  ///< Adam's moments, one of each for each parameter
  std::vector<at::Tensor> average_;         ///< of each parameter, lately
  std::vector<StoredTensor> best_;          ///< the weights of the best look
  TrainingResult result_;
  int done_ = 0;        ///< steps
  double lossSum_ = 0;  ///< since the last look
  int lossCount_ = 0;
};

}  // namespace patchpilot
