#pragma once

#include "features/mss.h"
#include "match/matcher.h"

#include <functional>
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

struct RankProgress {
  std::size_t done = 0;  ///< renders that are done
  double best = 0;       ///< least distance of those so far; infinite where all have failed
};

struct RankOptions {
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
                                       std::vector<Instrument>& instruments, const RankOptions& options,
                                       std::vector<std::string>& problems);

/// No two of the best lie closer together than this, in MSS, unless there is nothing else.
inline constexpr double kLeastDifference = 1.0;

/// The indices of the best `count` candidates that differ from each other: near-duplicates of a better one
/// give way, and come back, best first, only where too few are left.
/// @param ranked  nearest first
std::vector<std::size_t> chooseDifferent(const std::vector<Candidate>& ranked, std::size_t count);

}  // namespace patchpilot
