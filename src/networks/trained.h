#pragma once

#include "embed/networks.h"

namespace patchpilot {

/// An embedder that `patchpilot train embedder` has made.
/// @param wanted  its file is the weights
/// @throws Error (input) where it is none, or of another version of the front end or dimension than told
std::unique_ptr<Embedder> makeTrained(const NetworkEmbedder& wanted);

}  // namespace patchpilot
