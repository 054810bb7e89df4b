#pragma once

#include "learn/task.h"

namespace patchpilot {

/// One look at what is held back.
struct TrainingMoment {
  int step = 0;
  double trainingLoss = 0;  ///< mean since the last moment; NaN at the first
  Score score;
};

/// Called after each step, and after each look with its moment.
using OnTraining = std::function<void(int step, const TrainingMoment* moment)>;

struct LoopOptions {
  std::filesystem::path checkpoint;  ///< where training is kept, and taken up again
  std::string settings;              ///< names data and options: a checkpoint of another training is refused
  std::filesystem::path start;       ///< weights to begin with; empty: random ones
  int steps = 3000;
  std::uint64_t seed = 1;
  int threads = 1;
  double checkpointSeconds = 30;  ///< how often a checkpoint is written
  std::stop_token stop;           ///< at a request the checkpoint is written after the step
};

struct LoopResult {
  bool finished = false;  ///< false if it was stopped: the checkpoint is there
  std::vector<TrainingMoment> curve;
  int bestStep = 0;  ///< whose weights the trainer keeps

  const TrainingMoment& best() const;  ///< of a curve that is not empty
};

/// The network of a task, with random weights.
/// @throws as `networkModule`
std::unique_ptr<Trainer> makeTrainer(const Task& task, const LoopOptions& options);

/// Trains a network on a task's data: each pass over the items is in another order, which depends on the seed
/// and its number alone; it is judged now and then, and the best weights are kept. Stopped at any step, or
/// killed, the same call goes on from the checkpoint, to the same result.
/// @throws Error (input) if the checkpoint is damaged or of another training, or `start` does not fit; Error
/// (system) if a file cannot be written
LoopResult trainLoop(const Task& task, const TaskData& data, Trainer& trainer, const LoopOptions& options,
                     const OnTraining& onTraining);

/// Figures as JSON text, grouped by the parts of their names.
std::string figuresJson(const Figures& figures);

}  // namespace patchpilot
