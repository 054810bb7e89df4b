#pragma once

#include "embed/embedder.h"
#include "embed/text_embedder.h"
#include "embed/training.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace patchpilot {

/// What a network is made of: which of them the module knows to build.
enum class NetworkKind { torchScript, openL3, clap, clapStyle, trained };

/// An embedder that is a network: everything that is needed to make it, weights aside.
struct NetworkEmbedder {
  std::string name;  ///< the embedder's
  int version = 1;
  NetworkKind kind = NetworkKind::torchScript;
  int dimension = 0;
  std::vector<std::filesystem::path> files;  ///< its weights, in the order in which the kind names them
  double sampleRateHz = 0;                   ///< torchScript only
  double seconds = 0;                        ///< torchScript only: how much of a sound it hears
  std::string synth;  ///< trained only: id of the plug-in whose renders it was trained on
};

/// Whether texts lie in the space of its vectors.
inline bool knowsTexts(const NetworkEmbedder& embedder) { return embedder.kind == NetworkKind::clap; }

/// Everything that needs LibTorch. It lies in a module of its own, which is opened when the first network is
/// needed: LibTorch drags in hundreds of libraries, and the program's other errands must not wait for them.
class Networks {
 public:
  virtual ~Networks() = default;

  /// Builds a network and reads its weights. Embedding takes one core a sound, so that a vector does not
  /// depend on how many there are; several sounds may be embedded at once.
  /// @throws Error (input) where a file is not what the network needs
  virtual std::unique_ptr<Embedder> makeEmbedder(const NetworkEmbedder& wanted) const = 0;

  /// Builds the network of texts that belongs to an embedder, where it has one (`knowsTexts`). @throws as
  /// above
  virtual std::unique_ptr<TextEmbedder> makeTextEmbedder(const NetworkEmbedder& wanted) const = 0;

  /// Trains an embedder of the kind `trained` and writes its weights, or goes on from a checkpoint. On the
  /// graphics card where LibTorch can use one.
  /// @throws Error (input) where the checkpoint is damaged or another run's; Error (system) where a file
  /// cannot be written
  virtual TrainingResult train(const TrainingData& data, const TrainingOptions& options,
                               const OnTraining& onTraining) const = 0;
};

/// The module's door, opened on the first call. @throws Error (system) where this program has no such module,
/// or its libraries are missing.
const Networks& networks();

/// Whether there is one that can be opened, which it is then.
bool haveNetworks();

/// What the module exports, by this name: it changes whenever what passes through the door does.
inline constexpr const char* kNetworksSymbol = "patchpilotNetworks3";

}  // namespace patchpilot
