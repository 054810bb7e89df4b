#pragma once

#include "synth/synth.h"

#include <string>

namespace patchpilot {

/// The name of the embedder by which a new library of a synth is made where nothing else is asked for.
std::string defaultEmbedder(const Synth& synth);

}  // namespace patchpilot
