#pragma once

#include "models/tensor_view.h"

#include <cstdint>
#include <filesystem>
#include <span>

namespace patchpilot {

/// A name and a value, as plain text that the caller owns.
struct Setting {
  const char* name;
  const char* value;
};

/// How several answers to one sound are drawn from a network that knows a distribution of answers.
struct SampleOptions {
  std::int64_t count = 50;  ///< answers for each row
  int steps = 25;           ///< of Euler's method, from noise to answer
  double guidance = 1;      ///< how far the sound's velocity is exaggerated against that of any sound; 1: not
  std::uint64_t seed = 1;
};

/// A network with its weights, to be run.
class Network {
 public:
  virtual ~Network() = default;

  /// Values of one answer.
  virtual std::int64_t dimension() const = 0;

  /// The rate at which it takes a sound; 0 if it takes no sound, or does not know.
  virtual double sampleRateHz() const { return 0; }

  /// Runs it on a batch. Takes one core, so that an answer does not depend on how many there are. Safe to
  /// call from several threads.
  /// @param inputs   what the network takes, see the table in networks/module.cpp
  /// @param outputs  rows of the batch x `dimension()`
  /// @throws Error (input) if an input does not fit, or the network fails; Error (usage) if a text is too
  /// long
  virtual void run(BatchView inputs, std::span<float> outputs) const = 0;

  /// Draws answers; equal options draw equal ones. Takes one core; safe to call from several threads.
  /// @param outputs  rows of the batch x `options.count` x `dimension()`
  /// @throws Error (internal) if the network has one answer for an input, and more are asked for; as `run`
  virtual void sample(BatchView inputs, const SampleOptions& options, std::span<float> outputs) const;
};

/// Which network is to be opened.
struct NetworkRequest {
  const char* network = "";            ///< its name in the module
  std::span<const char* const> files;  ///< its weights, in the order that the network asks for
  std::int64_t dimension = 0;          ///< that its answers must have; 0: any
};

/// How a network is trained: AdamW (Loshchilov and Hutter 2019) with a linear warm-up and a half cosine, and
/// a moving average of the weights (Polyak averaging), which is what is evaluated and kept.
struct FitOptions {
  int steps = 3000;
  double rate = 1e-3;         ///< highest learning rate
  double warmUp = 0.03;       ///< share of the steps until there
  double weightDecay = 0.05;  ///< of matrices only
  double beta1 = 0.9, beta2 = 0.99;
  double average = 0.99;  ///< how much of the average of the weights a step keeps
  double clip = 0;        ///< greatest norm of all gradients together; longer ones are shortened. 0: any norm
  std::uint64_t seed = 1;
  int threads = 1;  ///< each takes a part of a batch's rows, if network and loss see row by row
};

/// Which network is to be trained, and on what loss.
struct TrainerRequest {
  const char* network = "";        ///< its name in the module
  std::span<const Setting> sizes;  ///< of the network: width, dropout and so on
  const char* loss = "";           ///< its name in the module
  FitOptions fit;
};

/// A network in training: arithmetic only. The order of data, checkpoints, judging and stopping are the
/// caller's.
class Trainer {
 public:
  virtual ~Trainer() = default;

  /// Values that the network gives for a row of a batch.
  virtual std::int64_t dimension() const = 0;

  /// Prepares new weights, such as the scales of the inputs, by data that is typical.
  virtual void prepare(BatchView batch) = 0;

  /// Begins with the weights of another training. @throws Error (input) if they do not fit
  virtual void start(const char* weights) = 0;

  /// One step. @return the loss of the batch before it
  virtual double step(BatchView batch) = 0;

  /// Runs the averaged weights, without dropout; what else is left to chance is drawn alike in each call.
  /// @param outputs  rows of the batch x `dimension()`; empty if only the loss is asked for, as it must be of
  ///                 networks that are sampled
  /// @return the loss of the batch
  virtual double evaluate(BatchView batch, std::span<float> outputs) = 0;

  /// Draws answers by the averaged weights. @param outputs  rows of the batch x `options.count` x
  /// `dimension()`
  virtual void sample(BatchView batch, const SampleOptions& options, std::span<float> outputs) = 0;

  /// Keeps a copy of the averaged weights, the best so far: `write` writes it.
  virtual void keepBest() = 0;

  /// Writes everything that training goes on from, whole or not at all.
  /// @param about  metadata of the file. @throws Error (system) if it cannot be written
  virtual void saveCheckpoint(const char* file, std::span<const Setting> about) const = 0;
  /// Goes on from there. @throws Error (input) if it is damaged, or of another network
  virtual void loadCheckpoint(const char* file) = 0;

  /// Writes the kept weights as 16-bit floats, whole or not at all.
  /// @param about  metadata of the file. @throws Error (system) if it cannot be written
  virtual void write(const char* file, std::span<const Setting> about) const = 0;
};

/// Everything that needs LibTorch. It lies in a module of its own, which is opened when the first network is
/// needed: LibTorch takes long to load, and most commands do without. Plain data crosses its boundary, and
/// `kNetworksAbi` tells whether both sides agree on it.
class NetworkModule {
 public:
  virtual ~NetworkModule() = default;

  /// Opens a network and reads its weights; the caller owns it.
  /// @throws Error (input) if a file is not what the network needs
  virtual Network* openNetwork(const NetworkRequest& request) const = 0;

  /// Makes a network with random weights to be trained, on the graphics card if LibTorch can use one; the
  /// caller owns it. @throws Error (internal) if there is no such network or loss
  virtual Trainer* makeTrainer(const TrainerRequest& request) const = 0;
};

/// The interface's version: raise it with every change to this header. The module exports it as an integer,
/// `kNetworksAbiSymbol`, beside the function `kNetworksSymbol`, which returns a `const NetworkModule*`.
inline constexpr std::uint32_t kNetworksAbi = 5;
inline constexpr const char* kNetworksAbiSymbol = "patchpilotNetworksAbi";
inline constexpr const char* kNetworksSymbol = "patchpilotNetworks";

/// Loads a module. @throws Error (system) if it cannot be loaded, or is of another version
const NetworkModule& openNetworkModule(const std::filesystem::path& file);

/// This program's module, loaded on the first call. @throws as above, and Error (system) if this program was
/// built without one
const NetworkModule& networkModule();

/// Whether there is one that can be loaded; loads it.
bool haveNetworks();

}  // namespace patchpilot
