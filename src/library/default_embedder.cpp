#include "library/default_embedder.h"

namespace patchpilot {

std::string defaultEmbedder(const Synth&) { return "mel-envelope"; }

}  // namespace patchpilot
