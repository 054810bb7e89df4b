#pragma once

#include "embed/embedder.h"
#include "synth/synth.h"

#include <string>
#include <vector>

namespace patchpilot {

/// The name of the embedder by which sounds of a synth are told apart best: one that was trained for it and
/// can be opened here, the user's own before those that come with the program; else the mel vector.
std::string defaultEmbedder(const Synth& synth);

/// What a new library of a synth is embedded by: the default embedder, which searches use if nothing else is
/// asked for, and the mel vector, so that the library can be searched without networks.
/// @param asked  the name of an embedder, which is then the only one
/// @throws Error as `embedderInfo`
std::vector<EmbedderInfo> firstEmbedders(const Synth& synth, const std::string& asked = "");

}  // namespace patchpilot
