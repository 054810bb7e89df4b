#pragma once

#include "features/mss.h"

#include <array>

namespace patchpilot {

/// In how many respects a render is compared with its target: four stretches of time by four groups of bands.
inline constexpr std::size_t kErrorCases = 16;

/// Mean absolute difference in dB of the log-mel spectrograms (the middle one of `MssSpectrum::kScales`) in
/// each respect.
using ErrorCases = std::array<float, kErrorCases>;

/// The stretches are the attack, what follows it, the rest of the note, and what is heard once it is let go.
/// @param noteSeconds  when the note is let go
/// @throws Error (internal) where the sounds differ in length
ErrorCases errorCases(const MssSpectrum& target, const MssSpectrum& render, double noteSeconds);

}  // namespace patchpilot
