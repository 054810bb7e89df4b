#pragma once

#include "audio/buffer.h"

#include <cstddef>
#include <functional>

namespace patchpilot {

/// A plug-in that plays some patches, for `dependsOnHistory`. The functions may throw; nothing is caught.
struct PlayedPlugin {
  std::function<void()> renew;                         ///< puts a new instance in place
  std::function<AudioBuffer(std::size_t patch)> play;  ///< plays a note of a patch in the instance
  std::size_t patches = 0;
};

/// Whether a patch sounds different after others than in a new instance: renders the first audible patch A,
/// then the others, then A again. If the two are not the same to the bit, A is played by two more new
/// instances, and what lies within their spread counts as the same: a synth with random phases or noise does
/// not depend on its history. False if no patch is audible.
bool dependsOnHistory(const PlayedPlugin& plugin);

/// The same of each patch: renders each in a new instance, then all of them twice in one instance, and
/// compares the second time with the first. For presets, of which only some leave to the next what that does
/// not say.
bool anyDependsOnHistory(const PlayedPlugin& plugin);

/// How differently two sounds of equal length spread over time and frequency: the mean difference of the
/// levels of third-octave bands, in dB, over frames of 2048 samples. Levels more than 40 dB below the loudest
/// of both count as equal.
double bandDifferenceDb(const AudioBuffer& a, const AudioBuffer& b);

}  // namespace patchpilot
