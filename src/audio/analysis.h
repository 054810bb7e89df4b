#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audio/buffer.h"
#include "audio/pitch.h"

namespace patchpilot {

struct AnalysisOptions {
  std::optional<int> note;                  ///< what the user knows is not estimated: MIDI note 0..127
  std::optional<double> noteLengthSeconds;  ///< from the onset to the release, above 0
};

/// What a sound says about the note that was played.
struct TargetAnalysis {
  double onsetSeconds = 0;       ///< where the first note begins in the sound given; trim to it
  double noteLengthSeconds = 0;  ///< from the onset to the release of the key; see `findRelease`
  /// Where the sound of the first note ends, in the sound given: where it has died away before the next note
  /// begins, else at the end of the sound.
  double endSeconds = 0;
  bool pitched = false;       ///< whether a pitch was found; always so where the user gave the note
  int note = 60;              ///< MIDI note; 60 (C4) where no pitch was found
  double noteConfidence = 0;  ///< 0..1; 1 where the user gave the note
  double fundamentalHz = 0;   ///< of the note that was found, not rounded to a semitone; 0 if none
  std::vector<NoteGuess>
      otherNotes;             ///< that may have been played instead, likeliest first; see `PitchEstimate`
  double lowestHz = 0;        ///< see `PitchEstimate`; 0 where the user gave the note
  KeyFeatures keyFeatures{};  ///< see `PitchEstimate`
  std::vector<std::string> warnings;  ///< one line each, for the user
};

/// Finds onset, pitch and length of the first note of a sound. Deterministic; about 20 ms for 4 s.
/// @param sound at 44.1 kHz, one or two channels, finite samples, at least one frame
/// @throws Error (internal) for any other rate, or no frames
TargetAnalysis analyseSound(const AudioBuffer& sound, const AnalysisOptions& options = {});

}  // namespace patchpilot
