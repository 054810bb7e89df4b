#pragma once

#include "audio/buffer.h"
#include "audio/level.h"

namespace patchpilot {

/// Gain in decibels that brings a render to the level of its target: the difference of their RMS
/// levels over all channels and frames. 0 where either is silent, as no gain would do.
inline double gainDb(const AudioBuffer& render, const AudioBuffer& target) {
  const double from = rmsDb(render);
  const double to = rmsDb(target);
  return from <= kSilenceDb || to <= kSilenceDb ? 0 : to - from;
}

}  // namespace patchpilot
