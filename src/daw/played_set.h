#pragma once

#include "daw/player.h"
#include "daw/taken_sound.h"

#include <map>
#include <memory>

namespace patchpilot {

/// A candidate as the server has rendered it.
struct CandidateRender {
  AudioBuffer sound;  ///< in two channels
  double gainDb = 0;  ///< brings it to the level of the target
};

/// What a player is to have: the target, and the candidates by rank, resampled and brought to one level.
/// @param sound  may be null: no target then. @param target  the part of it that is the target
std::unique_ptr<PlayedSet> playedSet(const TakenSound* sound, Part target,
                                     const std::map<int, CandidateRender>& renders, double sampleRateHz);

}  // namespace patchpilot
