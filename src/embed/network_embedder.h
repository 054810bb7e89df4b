#pragma once

#include "embed/embedder.h"
#include "embed/text_embedder.h"
#include "models/network_module.h"

#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace patchpilot {

/// The network hears the mean of the channels.
struct WaveformInput {
  double sampleRateHz = 0;  ///< 0: the rate that the network tells
  double seconds = 0;       ///< a longer sound is cut, a shorter one goes on in silence; 0: as long as it is
};

/// The network sees the image of a sound (`SoundImage`) and is told its note, if that is known.
struct ImageInput {
  std::string synth;  ///< id of the plug-in whose renders it was trained on
};

/// An embedder that is a network: everything that is needed to make it.
struct NetworkEmbedder {
  std::string name;  ///< the embedder's
  int version = 1;
  int dimension = 0;
  std::string network;                       ///< its name in the module of networks
  std::vector<std::filesystem::path> files;  ///< its weights, in the order that the network asks for
  std::variant<WaveformInput, ImageInput> input;
  std::string textNetwork;  ///< the network that puts texts into the space of its vectors; empty if none does
};

/// Whether texts lie in the space of its vectors.
inline bool knowsTexts(const NetworkEmbedder& embedder) { return !embedder.textNetwork.empty(); }

/// Opens an embedder's network. @throws Error (input) if a file is not what the network needs, or of another
/// front end or synth; as `networkModule`
std::unique_ptr<Embedder> makeNetworkEmbedder(const NetworkEmbedder& wanted);

/// Opens the network of texts that belongs to an embedder, which has one. @throws as above
std::unique_ptr<TextEmbedder> makeNetworkTextEmbedder(const NetworkEmbedder& wanted);

}  // namespace patchpilot
