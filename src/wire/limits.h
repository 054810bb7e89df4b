#pragma once

#include <cstddef>
#include <cstdint>

namespace patchpilot {

/// Limits of a sound that is uploaded.
inline constexpr std::uintmax_t kMostSoundBytes = 100'000'000;
inline constexpr double kMostSoundSeconds = 600;

/// Limits of a match.
inline constexpr double kMostMatchedSeconds = 30;
inline constexpr double kMostRefineSeconds = 24 * 3600;
inline constexpr std::size_t kMostTextBytes = 300;

}  // namespace patchpilot
