#pragma once

#include "synth/parameter_space.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace patchpilot {

/// Says of candidates that were bred from one patch, and so have one origin, what sets them apart: each but
/// the first of them is given `unlike`, an object of `rank`, that of the first, and `parameters`, the names
/// ("Cutoff"; where several have one, "Filter envelope: Attack") of the two that differ most from it, each
/// counted as a share of its range; what differs by less than a twentieth of that is not named.
/// @param candidates  as `candidates.json` lists them, nearest first
/// @param spaces  of the synths that play them
void tellApart(nlohmann::json& candidates, const std::vector<const ParameterSpace*>& spaces);

}  // namespace patchpilot
