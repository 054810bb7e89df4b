#pragma once

namespace patchpilot {

/// Tempo that a plug-in is given if nothing else is asked for, in beats (quarter notes) per minute.
inline constexpr double kUsualBpm = 120;

/// The tempos that may be asked for.
inline constexpr double kSlowestBpm = 10, kFastestBpm = 999;

}  // namespace patchpilot
