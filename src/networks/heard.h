#pragma once

#include <span>
#include <vector>

namespace patchpilot {

/// A stereo sound at 44.1 kHz as networks hear it: the mean of its channels, at another rate.
std::vector<float> mono(std::span<const float> left, std::span<const float> right, double sampleRateHz);

}  // namespace patchpilot
