#pragma once

#include "embed/networks.h"

namespace patchpilot {

/// A network out of a TorchScript file, as `models` describes it.
/// @throws Error (input) where the file is none, or does not give a vector of the dimension told
std::unique_ptr<Embedder> makeTorchScript(const NetworkEmbedder& wanted);

}  // namespace patchpilot
