#pragma once

#include <cstddef>
#include <vector>

#include "audio/buffer.h"

namespace patchpilot {

inline constexpr int kLowestNote = 21;    ///< A0, 27.5 Hz
inline constexpr int kHighestNote = 108;  ///< C8, 4186 Hz

double noteToHz(double note);  ///< MIDI note to frequency, A4 (69) = 440 Hz
double hzToNote(double hz);    ///< the reverse, with fractions of a semitone

struct PitchEstimate {
  bool pitched = false;
  double hz = 0;          ///< the fundamental, whether or not it is present in the spectrum
  int note = 60;          ///< nearest MIDI note; 60 where no pitch was found
  double confidence = 0;  ///< 0..1: how periodic the sound is, and how many of its moments agree
  /// Notes that may have been played instead, likeliest first, at most three: many synth patches and
  /// organ stops sound an octave below the key, and nothing in the sound tells.
  std::vector<int> otherNotes;
  bool severalNotes = false;  ///< a second note, not a harmonic of the first, sounds with it
};

/// The pitch of the part `[first, last)` of a sound at 44.1 kHz, A0 to C8.
/// Every candidate is scored by two estimators that err in opposite directions, summed over
/// moments of the part: the match of the spectrum with a comb whose teeth are the first and the
/// prime harmonics (SWIPE', Camacho and Harris, JASA 124, 2008), which falls for harmonics, and the
/// normalised autocorrelation at the period (McLeod and Wyvill, ICMC 2005), which falls for
/// subharmonics. Channels are added as powers, so opposite phases do not cancel.
PitchEstimate estimatePitch(const AudioBuffer& sound, std::size_t first, std::size_t last);

}  // namespace patchpilot
