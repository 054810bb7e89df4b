#pragma once

#include "features/mss.h"
#include "listen/proposal.h"
#include "synth/render_pool.h"

#include <limits>
#include <optional>

namespace patchpilot {

/// A proposal that has been rendered.
struct Candidate {
  Proposal proposal;
  AudioBuffer sound;  ///< empty where it was not worth keeping
  MssSpectrum spectrum;
  double mss = 0;  ///< distance of the render to the target
};

/// What a render of `proposal` is worth; nothing where it failed or holds samples that are no numbers.
/// @param problem     what failed, in a few words
/// @param keepWithin  the sound of a render that is farther from the target is not kept: most are of no use,
/// and a
///                    megabyte and a half to copy
std::optional<Candidate> heard(const Target& target, const Proposal& proposal, const RenderOutcome& outcome,
                               std::string& problem,
                               double keepWithin = std::numeric_limits<double>::infinity());

}  // namespace patchpilot
