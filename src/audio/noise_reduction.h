#pragma once

#include <optional>

#include "audio/buffer.h"

namespace patchpilot {

/// Reduces the steady noise of a recording: hiss and hum of what it was recorded with. Noise is what goes on
/// at one level while nothing else sounds, 0.2 s or more before the note, or 0.3 s or more at the end, 20 to
/// 85 dB below the loudest moment, and nowhere is the sound quieter. If it is alone at the end only, it may
/// belong to the sound: then it must be 25 dB below, and have no tones.
/// Its mean spectrum is subtracted (spectral subtraction, Boll 1979); if nothing rises above it, the result
/// is silent.
/// @param sound  at 44.1 kHz, two channels, finite samples
/// @return how far the noise is below the loudest moment, in dB; nothing, and the sound as it is, if there is
/// no such noise
std::optional<double> reduceNoise(AudioBuffer& sound);

}  // namespace patchpilot
