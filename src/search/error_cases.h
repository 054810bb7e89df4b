#pragma once

#include "features/mss.h"

#include <array>

namespace patchpilot {

/// The number of cases that a render is compared with its target in: four time ranges by four groups of mel
/// bands.
inline constexpr std::size_t kErrorCases = 16;

/// The error in each case: the mean absolute difference in dB of the log-mel spectrograms (the middle one of
/// `MssSpectrum::kScales`).
using ErrorCases = std::array<float, kErrorCases>;

/// The time ranges are the attack, what follows it, the rest of the note, and the release.
/// @param noteSeconds  when the note is released
/// @throws Error (internal) if the sounds differ in length
ErrorCases errorCases(const MssSpectrum& target, const MssSpectrum& render, double noteSeconds);

}  // namespace patchpilot
