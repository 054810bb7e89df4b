#pragma once

#include "features/mss.h"
#include "listen/objective.h"
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
  double distance = 0;       ///< of the render to the target, by the objective
  double mss = 0;            ///< the same by MSS
  std::vector<float> terms;  ///< see `Cost`
};

/// Measures the sound of a candidate, which must be finite and as long as the target's: sets its spectrum,
/// its distances and its terms.
void measure(Candidate& candidate, const Target& target, const Objective& objective);

/// What a render of `proposal` is worth; nothing where it failed or holds samples that are no numbers.
/// @param problem      what failed, in a few words
/// @param keepWithin   the sound of a render that is farther from the target is not kept: most are of no use,
///                     and a megabyte and a half to copy
/// @param exactWithin  a greater distance need not be exact, but is still above this
std::optional<Candidate> heard(const Target& target, const Objective& objective, const Proposal& proposal,
                               const RenderOutcome& outcome, std::string& problem,
                               double keepWithin = std::numeric_limits<double>::infinity(),
                               double exactWithin = std::numeric_limits<double>::infinity());

}  // namespace patchpilot
