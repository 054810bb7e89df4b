#pragma once

#include "audio/buffer.h"

#include <cstring>

namespace patchpilot {

/// Whether two sounds are the same. As `==` on floats would not have it: 0 is not -0, and a NaN is itself.
inline bool sameBits(const AudioBuffer& a, const AudioBuffer& b) {
  return a.samples().size() == b.samples().size() &&
         std::memcmp(a.samples().data(), b.samples().data(), a.samples().size() * sizeof(float)) == 0;
}

}  // namespace patchpilot
