#pragma once

#include "audio/buffer.h"

#include <cmath>

namespace patchpilot {

/// How many frames last `seconds`, which is also the frame at that time, to the nearest.
inline std::size_t framesOf(double seconds) { return std::size_t(std::llround(seconds * kSampleRateHz)); }

}  // namespace patchpilot
