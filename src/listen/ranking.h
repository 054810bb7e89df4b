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
  double mss = 0;        ///< of the same candidate
};

struct RankOptions {
  std::stop_token stop = {};  ///< no more is rendered once a stop is requested
  int velocity = 100;
  Objective objective;                 ///< MSS if none is given
  std::size_t keep = std::size_t(-1);  ///< how many of the best are kept; the others cost no memory
  std::size_t first =
      0;  ///< where `onFirst` is given: so many proposals, the likeliest, are rendered before the others
  std::function<void(const std::vector<Candidate>&)>
      onFirst;  ///< told of those of them that have a render, nearest first, unless none has
  std::function<void(const RankProgress&)>
      onProgress;  ///< called after each render, by any thread, one at a time
};

/// Renders every proposal at the target's note and length, for as long as the target sounds, and
/// ranks them by the objective, nearest first. Proposals whose render fails are left out.
/// @param problems  what failed and why, a line each
std::vector<Candidate> rankByRendering(const Target& target, std::vector<Proposal> proposals,
                                       const Engines& engines, const RankOptions& options,
                                       std::vector<std::string>& problems);

/// Sounds that lie closer together than this, in MSS, sound alike.
inline constexpr double kLeastDifference = 1.0;

/// Whether two sounds are near-duplicates. MSS is a mean over all moments, silent ones included, so what it
/// may be is taken as a share of the moments at which one of them is heard: otherwise all short sounds that a
/// long silence follows would sound alike.
bool soundAlike(const MssSpectrum& one, const MssSpectrum& other);

/// The indices of the best `count` candidates that differ from each other: near-duplicates of a better one
/// give way, and come back, best first, only where too few are left.
/// @param ranked  nearest first
std::vector<std::size_t> chooseDifferent(const std::vector<Candidate>& ranked, std::size_t count);

}  // namespace patchpilot
