#pragma once

#include <cstddef>
#include <vector>

#include "audio/buffer.h"

namespace patchpilot {

/// What the later onsets of a sound are.
enum class Repetition {
  notes,   ///< other notes, or the same note played again
  gate,    ///< one note that a gate, or a deep tremolo, interrupts
  echoes,  ///< echoes of the first note
};

/// Tells a gated note and echoes from further notes. Both need two or more later onsets at steady distances
/// (multiples of a step of 0.1 to 0.65 s), and spectra that stay alike.
/// - A gated note goes on after a gap where it was: at the level it had before, and with the spectrum that
///   it had before rather than with that of its beginning.
/// - An echo is quieter than what it repeats, by 1.5 dB or more.
/// @param onset  where the first note begins, in samples
/// @param later  as `findLaterOnsets` returns it
Repetition repetitionOf(const AudioBuffer& sound, std::size_t onset, const std::vector<std::size_t>& later);

/// Where the level rises again after it has fallen by 12 dB, even for an instant, in samples: pulses of a
/// gate or a tremolo that `findLaterOnsets` takes for one note.
std::vector<std::size_t> findRises(const AudioBuffer& sound, std::size_t onset);

/// The period of a tremolo or a gate whose gaps are too short to be found as later onsets: three or more
/// times the level falls by 12 dB and rises again, at steady distances. @return seconds, 0 if there is none
double tremoloSeconds(const AudioBuffer& sound, std::size_t onset);

/// The longest distance between onsets, in seconds. @param later  at least one
double longestGapSeconds(std::size_t onset, const std::vector<std::size_t>& later);

}  // namespace patchpilot
