#pragma once

#include "synth/parameter_space.h"
#include "wire/match_document.h"

#include <vector>

namespace patchpilot {

/// Tells candidates of the same origin apart: each but the first of them gets `unlike`, with the rank of the
/// first and the names of the two parameters that differ most from it ("Cutoff"; if several have that name,
/// "Filter envelope: Attack"). A difference counts as a share of the parameter's range; one of less than a
/// twentieth is not named.
/// @param candidates  nearest first, with their parameters
/// @param spaces      of the synths that play them
void tellApart(std::vector<WrittenCandidate>& candidates, const std::vector<const ParameterSpace*>& spaces);

}  // namespace patchpilot
