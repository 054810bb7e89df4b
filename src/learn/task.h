#pragma once

#include "models/model_file.h"
#include "models/network_module.h"
#include "synth/synth.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace patchpilot {

/// Named numbers that say how well a network does, in a fixed order. A '/' in a name makes groups in JSON:
/// "recall/5".
using Figures = std::vector<std::pair<std::string, double>>;

/// What judging a network, or something that it is compared with, gives.
struct Score {
  double loss = 0;   ///< on what is held back
  double worth = 0;  ///< what two scores are compared by; smaller is better
  Figures figures;
  std::string text;  ///< the figures in a line, for people
};

/// Something that a network is to beat, judged on the same data.
struct Baseline {
  std::string key;   ///< its name in JSON
  std::string name;  ///< for people
  Score score;
  bool toBeat = true;  ///< whether it is told again at the end
};

/// The network of a task.
struct NetworkSpec {
  std::string name;                                        ///< in the module of networks
  std::vector<std::pair<std::string, std::string>> sizes;  ///< width, dropout and so on
};

/// The data of a task, made and ready to train on. It owns what it gives.
class TaskData {
 public:
  virtual ~TaskData() = default;

  /// Names the data, for checkpoints: other data, another name.
  virtual std::string name() const = 0;

  /// Sizes of the network that depend on the data, such as how many values it answers.
  virtual std::vector<std::pair<std::string, std::string>> sizes() const { return {}; }

  /// One line on what the network is judged by, for people.
  virtual std::string description() const = 0;

  /// How many items there are to train on: examples, or groups of them.
  virtual std::size_t items() const = 0;

  /// The tensors of some items, in the order that network and loss agree on.
  /// @param seed  of what is left to chance, such as augmentation
  virtual Batch batch(std::span<const std::size_t> items, std::uint64_t seed) const = 0;

  /// Typical data, by which a new network sets its scales.
  virtual Batch sample() const = 0;

  /// Judges a network on what is held back.
  virtual Score judge(Trainer& trainer) const = 0;

  /// What it is to beat.
  virtual std::vector<Baseline> baselines() const { return {}; }

  /// What the model's file says of itself, the task, the network and how it was judged aside.
  virtual ModelAbout about() const = 0;

  /// Files that are written beside the model, by their ending: text.
  virtual std::vector<std::pair<std::string, std::string>> companions() const { return {}; }
};

/// What a user asks for.
struct TaskOptions {
  std::vector<std::filesystem::path> libraries;
  std::filesystem::path data;  ///< folder of examples, of tasks that learn from such
  std::string model;           ///< which of the task's networks; empty: the first
  std::vector<std::pair<std::string, std::string>> sizes;  ///< of the network, other than its defaults
  std::filesystem::path out;                               ///< NAME.safetensors
  std::filesystem::path start;  ///< weights to begin with, of another training; empty: random ones
  std::size_t renders = 40000;  ///< about how many to learn from
  std::uint64_t seed = 1;
  int steps = 3000;
  int workers = 0;  ///< processes that render; 0: one for each core
  int threads = 1;
  bool keepData = false;  ///< whether the data are kept at the end, beside `out`
  SynthOptions synth;
  std::stop_token stop;  ///< at a request checkpoints are written and the training ends
};

/// Where a task keeps its data while it runs: beside the model. They are removed at the end.
std::filesystem::path dataFile(const TaskOptions& options);

/// Called with renders made so far, and in all; by any thread.
using OnRenders = std::function<void(std::size_t renders, std::size_t of)>;

/// One of the networks that a task can train.
struct TaskModel {
  std::string name;  ///< as users name it
  std::string help;  ///< a few words
  NetworkSpec network;
};

/// One thing that can be trained. A file for each, and a line in tasks.cpp.
struct Task {
  std::string name;  ///< `patchpilot train NAME`
  std::string help;  ///< one line
  NetworkSpec network;
  std::vector<TaskModel> models;  ///< to choose from, in place of `network`
  bool fromExamples = false;      ///< whether it learns from `TaskOptions::data`, and not from libraries
  std::string loss;               ///< its name in the module of networks
  std::size_t batchItems = 8;     ///< items of a step
  int looks = 40;                 ///< how often the network is judged in a training
  int patience = 0;               ///< it ends after so many looks without a better one; 0: never early
  FitOptions fit;                 ///< steps, seed and threads are those asked for

  /// Makes the data, or takes up what was made before. @return nothing if it was stopped
  /// @throws Error (input) if what it needs is missing or of no use
  std::function<std::unique_ptr<TaskData>(const TaskOptions& options, const OnRenders& onRenders)> makeData;

  /// Makes the network to be trained. Empty: the module of networks makes it of `network` and `loss`.
  std::function<std::unique_ptr<Trainer>(const FitOptions& fit)> makeTrainer;
};

}  // namespace patchpilot
