#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/buffer.h"
#include "audio/key_model.h"

namespace patchpilot {

inline constexpr int kLowestNote = 0;     ///< C-1, 8.18 Hz
inline constexpr int kHighestNote = 127;  ///< G9, 12544 Hz

double noteToHz(double note);  ///< MIDI note to frequency, A4 (69) = 440 Hz
double hzToNote(double hz);    ///< the reverse, with fractions of a semitone

/// "C4" for MIDI note 60.
std::string noteName(int midi);

/// A name of a note at the beginning of a text.
struct NoteName {
  int note = 60;           ///< MIDI note
  std::size_t length = 0;  ///< of the name, in bytes
};

/// Reads a name such as "C4", "f#-1" or "Bb2" (also with the signs of music) at the beginning of a text; C4
/// is 60. One digit of the octave is read. @return nothing for any other text, and for notes beyond 0..127
std::optional<NoteName> readNoteName(std::string_view text);

/// The MIDI note of a name (see `readNoteName`) or a number, "60", or of both as they are printed, "60 (C4)".
/// @return nothing for any other text, and for notes beyond 0..127
std::optional<int> parseNote(std::string_view text);

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

/// The pitch of the part `[first, last)` of a sound at 44.1 kHz, C-1 to G9 (MIDI 0 to 127). Below A0 it takes
/// a part of about half a second. Every candidate is scored by two estimators that err in opposite
/// directions, summed over moments of the part: the match of the spectrum with a comb whose teeth are the
/// first and the prime harmonics (SWIPE', Camacho and Harris, JASA 124, 2008), which falls for harmonics, and
/// the normalised autocorrelation at the period (McLeod and Wyvill, ICMC 2005), which falls for subharmonics.
/// Channels are added as powers, so opposite phases do not cancel. How likely each of that pitch's octaves
/// was the key is judged by `kKeyModel`.
PitchEstimate estimatePitch(const AudioBuffer& sound, std::size_t first, std::size_t last);

}  // namespace patchpilot
