#pragma once

#include "features/mss.h"
#include "match/matcher.h"
#include "synth/render_pool.h"

#include <functional>

namespace patchpilot {

/// A proposal that has been rendered.
struct Candidate {
  Proposal proposal;
  AudioBuffer sound;
  MssSpectrum spectrum;
  double mss = 0;  ///< distance of the render to the target
};

/// A synth that can be rendered with.
struct Instrument {
  std::unique_ptr<Synth> synth;
  std::unique_ptr<RenderPool> pool;
};

/// Renders every proposal at the target's note and length, for as long as the target sounds, and
/// ranks them by MSS, nearest first. Proposals whose render fails are left out.
/// @param problems    what failed and why, a line each
/// @param onProgress  called with the number of renders that are done, by any thread
std::vector<Candidate> rankByRendering(const Target& target, std::vector<Proposal> proposals,
                                       std::vector<Instrument>& instruments, int velocity,
                                       std::vector<std::string>& problems,
                                       const std::function<void(std::size_t)>& onProgress = {});

/// No two of the best lie closer together than this, in MSS, unless there is nothing else.
inline constexpr double kLeastDifference = 1.0;

/// The indices of the best `count` candidates that differ from each other: near-duplicates of a better one
/// give way, and come back, best first, only where too few are left.
/// @param ranked  nearest first
std::vector<std::size_t> chooseDifferent(const std::vector<Candidate>& ranked, std::size_t count);

}  // namespace patchpilot
