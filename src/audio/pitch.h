#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "audio/buffer.h"
#include "audio/key_model.h"

namespace patchpilot {

inline constexpr int kLowestNote = 21;    ///< A0, 27.5 Hz
inline constexpr int kHighestNote = 108;  ///< C8, 4186 Hz

double noteToHz(double note);  ///< MIDI note to frequency, A4 (69) = 440 Hz
double hzToNote(double hz);    ///< the reverse, with fractions of a semitone

/// "C4" for MIDI note 60.
std::string noteName(int midi);

/// A key that may have been pressed.
struct NoteGuess {
  int note = 60;          ///< MIDI note
  double confidence = 0;  ///< 0..1: how often such a guess is right
};

struct PitchEstimate {
  bool pitched = false;
  double hz = 0;          ///< of the key: `lowestHz` or an octave of it, not rounded to a semitone
  int note = 60;          ///< the MIDI note that is heard, see `heardNote`; 60 where no pitch was found
  double confidence = 0;  ///< 0..1: how often the key that was pressed is the note
  /// Other keys that may have been pressed, likeliest first: octaves of the pitch. Many synth patches and
  /// organ stops sound an octave below the key, and little in the sound tells. The first may be likelier than
  /// `note`.
  std::vector<NoteGuess> otherNotes;
  bool severalNotes = false;  ///< a second note, not a harmonic of the first, sounds with it
  double lowestHz = 0;  ///< the lowest pitch that fits, whether or not its fundamental is in the spectrum
  KeyFeatures keyFeatures{};  ///< what the key was judged by; `bench_keys` fits the model to them
};

/// The pitch of the part `[first, last)` of a sound at 44.1 kHz, A0 to C8.
/// Every candidate is scored by two estimators that err in opposite directions, summed over
/// moments of the part: the match of the spectrum with a comb whose teeth are the first and the
/// prime harmonics (SWIPE', Camacho and Harris, JASA 124, 2008), which falls for harmonics, and the
/// normalised autocorrelation at the period (McLeod and Wyvill, ICMC 2005), which falls for
/// subharmonics. Channels are added as powers, so opposite phases do not cancel. How likely each of that
/// pitch's octaves was the key is judged by `kKeyModel`.
PitchEstimate estimatePitch(const AudioBuffer& sound, std::size_t first, std::size_t last);

}  // namespace patchpilot
