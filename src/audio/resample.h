#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace patchpilot {

/// How many frames a sound has at another rate: the nearest whole number, 1 or more.
std::size_t resampledFrames(std::size_t frames, double fromHz, double toHz);

/// One channel at another rate, by soxr in high quality; as it is where the rates are equal.
/// @param samples  any number
/// @return resampledFrames() values
std::vector<float> resample(std::span<const float> samples, double fromHz, double toHz);

}  // namespace patchpilot
