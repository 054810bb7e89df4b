#pragma once

#include "synth/synth.h"

#include <functional>
#include <map>
#include <string>

namespace patchpilot {

/// What is heard of a parameter.
enum class ParameterEffect {
  changes,  ///< it changes the sound, or nothing could be learned of it
  nothing,  ///< nothing
  mutes,    ///< only silence
  levels,   ///< only another level of the same sound
  retunes,  ///< only another pitch of the same sound
};

/// In words, after the name of the parameter: "only mutes the sound".
std::string effectText(ParameterEffect effect);

/// Plays a synth, and finds what each parameter of its space does: it is moved in a few patches, by itself,
/// and the renders with and without are compared. What changes the sound in one of them is not moved in the
/// next.
/// @param onProgress  called with the share that is done, 0 to 1; may be empty
/// @param stop        no more is rendered once a stop is requested; what was heard by then counts
/// @return effects by the keys of the parameters; empty if no patch makes a sound
/// @throws Error (plugin) if the synth cannot be played
std::map<std::string, ParameterEffect> parameterEffects(const Synth& synth,
                                                        const std::function<void(double)>& onProgress = {},
                                                        const std::stop_token& stop = {});

}  // namespace patchpilot
