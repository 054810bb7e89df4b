#pragma once

#include "listen/objective.h"
#include "listen/ranking.h"
#include "search/breeder.h"
#include "search/search_loop.h"
#include "synth/engine.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace patchpilot {

struct RefineOptions {
  int velocity = 100;
  std::size_t renders = 0;  ///< limit; 0: none. One of the two limits must be given
  double seconds = 0;       ///< limit; 0: none
  std::uint64_t seed = 1;
  Objective objective;                  ///< by which the starts were measured; MSS if none is given
  std::vector<LockedParameter> locked;  ///< new patches have these values; for one engine only
  std::vector<Proposal> unrendered;     ///< more proposals, most likely first. They are not rendered, but
                                        ///< patches of a space among them are recombined with others
  std::stop_token stop;                 ///< ends the search early, with the best so far
  std::function<void(const RefineProgress&)> onProgress;  ///< called after each batch of renders
};

/// How many proposals a refiner starts with by default, and how many it is given with the unrendered ones.
inline constexpr int kRefineStarts = 50, kRefineProposals = 500;

/// Leaves the first `count` proposals in place, and returns the others.
std::vector<Proposal> splitOff(std::vector<Proposal>& proposals, std::size_t count);

/// Improves candidates by rendering new patches and measuring them, with a genetic search
/// (`GeneticSearcher`). Points of a space are searched in that space. Presets are searched in the parameters
/// that differ from the default, and exchange whole parts.
///
/// - A seed gives the same result with any number of workers, if the synth is deterministic and `renders` is
///   the only limit that is reached.
/// - If the target's note was only estimated (`Target::noteOpen`), it is searched for too, together with the
///   coarse tunings of the synth (`tuningsOf`); so is its length (`Target::lengthOpen`).
/// - If the synth does not render a patch the same way twice, improvements below the spread of two renders do
///   not count, and the best are rendered and ranked again in the end.
///
/// @param starts    rendered candidates of any of the engines
/// @param problems  what failed and why, a line each
/// @return the starts and what was found, nearest first by the objective (by the mean of both for those
/// rendered again). The first is never farther than the nearest start
/// @throws Error (internal) if parameters are locked and there is more than one engine
std::vector<Candidate> refine(const Target& target, std::vector<Candidate> starts, const Engines& engines,
                              const RefineOptions& options, std::vector<std::string>& problems);

}  // namespace patchpilot
