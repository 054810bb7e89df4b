#pragma once

#include "learn/training_loop.h"

namespace patchpilot {

/// Told how a task goes on; each may be empty.
struct TaskObserver {
  OnRenders onRenders;                               ///< while data are made
  std::function<void(const TaskData& data)> onData;  ///< when all are there
  OnTraining onTraining;
};

/// What came of it.
struct TaskReport {
  bool finished = false;  ///< false if it was stopped: the same call goes on
  std::vector<std::filesystem::path> written;
  std::vector<Baseline> baselines;
  Score score;  ///< of what is held back, if it finished
};

/// Where the best model so far lies while a training runs: it can be used meanwhile. NAME.so-far.safetensors
std::filesystem::path modelSoFar(const TaskOptions& options);

/// Trains what a task trains: makes its data, trains, and writes the model, whose file says what it is and
/// how good (`ModelAbout`), the files that the task adds, and NAME.training.json and .svg with the curve.
/// Data, checkpoint and `modelSoFar` lie beside the model while it runs, so that the same call goes on where
/// it was stopped or killed.
/// @throws Error (usage) if `out` is no name of a safetensors file, or exists, or the task has no such model;
/// as `Task::makeData`, `makeTrainer` and `trainLoop`
TaskReport runTask(const Task& task, const TaskOptions& options, const TaskObserver& observer);

}  // namespace patchpilot
