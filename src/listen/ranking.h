#pragma once

#include "listen/candidate.h"
#include "synth/engine.h"

#include <functional>
#include <limits>
#include <optional>
#include <stop_token>

namespace patchpilot {

struct RankProgress {
  std::size_t done = 0;  ///< renders that are done
  double best = 0;       ///< least distance of those so far; infinite where all have failed
};

struct RankOptions {
  std::stop_token stop = {};  ///< no more is rendered once a stop is requested
  int velocity = 100;
  std::size_t keep = std::size_t(-1);  ///< how many of the best are kept; the others cost no memory
  std::size_t first =
      0;  ///< where `onFirst` is given: so many proposals, the likeliest, are rendered before the others
  std::function<void(const std::vector<Candidate>&)>
      onFirst;  ///< told of those of them that have a render, nearest first, unless none has
  std::function<void(const RankProgress&)>
      onProgress;  ///< called after each render, by any thread, one at a time
};

/// Renders every proposal at the target's note and length, for as long as the target sounds, and
/// ranks them by MSS, nearest first. Proposals whose render fails are left out.
/// @param problems  what failed and why, a line each
std::vector<Candidate> rankByRendering(const Target& target, std::vector<Proposal> proposals,
                                       const Engines& engines, const RankOptions& options,
                                       std::vector<std::string>& problems);

/// No two of the best lie closer together than this, in MSS, unless there is nothing else.
inline constexpr double kLeastDifference = 1.0;

/// The indices of the best `count` candidates that differ from each other: near-duplicates of a better one
/// give way, and come back, best first, only where too few are left.
/// @param ranked  nearest first
std::vector<std::size_t> chooseDifferent(const std::vector<Candidate>& ranked, std::size_t count);

}  // namespace patchpilot
