#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "audio/buffer.h"

namespace patchpilot {

/// What a single cycle, or a wavetable of several, is repeated to: a note that is held and let go.
struct CycleNote {
  static constexpr double kHeldSeconds = 1.5, kSeconds = 2.0;
  static constexpr int kNote = 48;  ///< if the user wants no other: C3

  AudioBuffer sound;    ///< `kSeconds` long, from its onset on
  std::string message;  ///< one line for the user
};

/// Plays a sound that is one cycle of a waveform, or a wavetable, as a note: the harmonics of the cycle, up
/// to half the sampling rate. A wavetable is run through once while the note is held. The pitch of such a
/// file says nothing: its cycle has as many samples as its program likes.
/// @param sound        at `fileRateHz`, before it is resampled
/// @param cycleFrames  samples of a cycle, if the file says it is a wavetable; else 0
/// @param note         MIDI note to play
/// @return nothing for any other sound. A single cycle lasts 0.1 s at most and is as loud at its end as at
/// its beginning. It has 32 to 4,096 samples: a power of two or 600, or any number in which no shorter period
/// repeats.
std::optional<CycleNote> repeatedCycle(const AudioBuffer& sound, std::size_t cycleFrames, int note);

}  // namespace patchpilot
