#pragma once

#include "audio/analysis.h"
#include "audio/buffer.h"
#include "features/mss.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// What the user knows of a sound; the rest is found.
struct TargetOptions {
  std::optional<int> note;
  std::optional<double> lengthSeconds;    ///< when the note is let go
  std::optional<double> startSeconds;     ///< where in the file to begin
  std::optional<double> durationSeconds;  ///< how much to match; at most `kLongestSeconds` if empty
  /// The sound is a clean render that begins with its note: nothing is trimmed or corrected.
  bool beginsWithNote = false;
  std::string name;  ///< of the sound, if its file has another; it may name the note
};

/// A sound to match, from its onset on to the end of its note.
struct Target {
  std::filesystem::path file;
  AudioBuffer sound;  ///< 44.1 kHz stereo, at its own level unless that is very low; see `correctRecording`
  MssSpectrum spectrum;
  double startSeconds = 0;  ///< of the onset, in the file
  int note = 60;
  double noteConfidence = 0;          ///< 0 to 1
  std::vector<NoteGuess> otherNotes;  ///< keys that may have been pressed instead, likeliest first
  bool noteOpen = false;     ///< whether the note was only found in the sound, and another may be right
  double lengthSeconds = 0;  ///< when the note is let go, from the onset
  bool lengthOpen = false;   ///< whether that was only found in the sound, and another may be right
  std::vector<std::string> warnings;
};

/// Without a duration, at most this much from the onset is matched, and nothing of the next note.
inline constexpr double kLongestSeconds = 4.0;

/// Reads, corrects (`correctRecording`) and analyses a target. A single cycle or a wavetable becomes a note
/// (`repeatedCycle`). What was corrected or guessed is told in `warnings`. @throws Error (input) as
/// `readSound` does.
Target readTarget(const std::filesystem::path& file, const TargetOptions& options);

}  // namespace patchpilot
