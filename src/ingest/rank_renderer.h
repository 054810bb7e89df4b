#pragma once

#include "base/ranks.h"
#include "ingest/patch_renderer.h"

namespace patchpilot {

/// Rank 0's part of building a library under mpirun: draws patches, hands them out to the other ranks, a
/// block at a time, and takes back what they rendered, in the order in which the patches were drawn. What a
/// rank has in hand when it is lost is lost with it, and no more.
/// @param library  to be built; a rank whose plug-in, base or notes differ is refused
/// @param keepAudio  whether renders are kept
/// @return false if it was stopped, or another rank was: then the whole job is, and what was done is kept
/// @throws Error of a rank that fails, with its number and machine in front
bool renderOnRanks(Ranks& ranks, const Library& library, bool keepAudio, const NextPatch& next,
                   const TakePatch& take, const std::stop_token& stop = {});

/// The part of every other rank: renders what rank 0 sends until there is no more to do, or a stop. An error
/// is rank 0's to tell. What it embeds by, and whether it keeps audio, rank 0 says with each block.
/// @param open  opens the synth, and says how the library is made
/// @param workers  0: one
void renderForRankZero(Ranks& ranks, const std::function<std::pair<Synth, LibrarySettings>()>& open,
                       int workers, const std::stop_token& stop = {});

}  // namespace patchpilot
