#pragma once

#include "audio/buffer.h"

namespace patchpilot {

/// Integrated loudness of a whole sound in LUFS (ITU-R BS.1770-4, by libebur128): K-weighted, in blocks of
/// 0.4 s, those below -70 LUFS and those 10 LU below the mean of the others left out.
/// @return -infinity for a sound that is shorter than a block, or has no block above -70 LUFS
/// @throws std::bad_alloc if memory runs out
double integratedLoudness(const AudioBuffer& sound);

}  // namespace patchpilot
