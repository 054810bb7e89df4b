#pragma once

#include "listen/objective.h"
#include "listen/ranking.h"
#include "search/breeder.h"

#include <functional>
#include <string>
#include <vector>

namespace patchpilot {

struct RefineProgress {
  std::size_t renders = 0;  ///< done by the refiner, those that were cut included
  double seconds = 0;       ///< since it began
  double best = 0;          ///< least objective so far
  double mss = 0;           ///< of that candidate
  /// What has been found so far, nearest first: all that differ from each other, and the nearest of the
  /// starts. It is made when it is asked for, which only the call that hands it over may do.
  std::function<std::vector<Candidate>()> found;
  std::size_t cut = 0;  ///< of the renders, those that ended after their first second: too far off by then
};

struct RefineOptions {
  int velocity = 100;
  std::size_t renders = 0;  ///< the most to make; 0: no limit
  double seconds = 0;       ///< how long to go on; 0: no limit. One of the two must be given
  std::uint64_t seed = 1;
  Objective objective;  ///< MSS if empty
  std::vector<LockedParameter>
      locked;  ///< whatever is bred has these values, and so should the starts; of one instrument only
  std::vector<Proposal>
      donors;  ///< patches of a space that were not rendered, likeliest first, to take sections from
  std::function<void(const RefineProgress&)> onProgress;  ///< called after each batch
};

/// How many of a matcher's proposals a refiner begins with where nothing else is said, and how many it is
/// given to take from, those included.
inline constexpr int kRefineStarts = 50, kRefineDonors = 500;

/// Leaves the first `count` of some proposals there, and returns the others.
std::vector<Proposal> splitOff(std::vector<Proposal>& proposals, std::size_t count);

/// Improves candidates by rendering and listening again. A genetic search: children take whole sections
/// (oscillator, filter, envelope, LFO) from either of two parents, groups that may change places sometimes
/// do, a few parameters move by a little or by much, mostly those that have been heard to do something, or
/// along the difference of two other patches. Fine tuning that leaves its range goes on at the next semitone
/// (`Carry`), and an LFO that is moved is often set to a rate at which the target wavers (`modulationRates`).
/// Where the length of the note was only found in the sound, when it is let go is searched for as well:
/// behind a slow release it is not heard. Parents are the best of some, or those that are right in some
/// respect (`ErrorCases`). What a patch of a space is searched in is that space; a preset keeps what no
/// parameter reaches, or takes a part of another preset with it, and is moved mostly in the parameters that
/// its maker has moved.
///
/// When a run has come to rest, its best is polished (`Polisher`). Another run begins at the same starts,
/// patches of a space with some parts of that best in place of their own, and what the two have found is
/// crossed; then again. Renders whose first second lies too far off are cut there.
///
/// Of a synth that does not render the same twice, a gain below the spread of two renders of one patch is
/// none, and in the end the best are heard once more: of many renders the nearest was a lucky one.
///
/// Children are bred in batches from what all batches before have given, so that a seed gives the same result
/// whatever the number of workers, where the synth is deterministic and `renders` is the limit. Ctrl-C ends
/// it with the best so far.
/// @param starts    rendered candidates of any matcher, of any of the instruments; the search is among their
/// kind
/// @param problems  what failed and why, a line each
/// @return the starts and what they have become, nearest first by MSS (those heard twice by the mean); the
/// first is never
///         farther by the objective than the nearest start
std::vector<Candidate> refine(const Target& target, std::vector<Candidate> starts,
                              std::vector<Instrument>& instruments, const RefineOptions& options,
                              std::vector<std::string>& problems);

}  // namespace patchpilot
