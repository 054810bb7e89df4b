#pragma once

#include "audio/buffer.h"

#include <span>

namespace patchpilot {

/// Whether a sound is too quiet to be heard: whether what lies above 20 Hz has less than `kSilentDb`, RMS
/// over all frames and both channels. An offset is not heard, and neither is one that drifts.
/// @param left, right  equally long, at 44.1 kHz
bool isSilent(std::span<const float> left, std::span<const float> right);

/// The same of a sound with one or two channels.
bool isSilent(const AudioBuffer& sound);

}  // namespace patchpilot
