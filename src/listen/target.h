#pragma once

#include "audio/analysis.h"
#include "audio/buffer.h"
#include "features/mss.h"

#include <filesystem>
#include <optional>

namespace patchpilot {

/// What the user knows of a sound; the rest is found.
struct TargetOptions {
  std::optional<int> note;
  std::optional<double> lengthSeconds;    ///< when the note is let go
  std::optional<double> startSeconds;     ///< where in the file to begin
  std::optional<double> durationSeconds;  ///< how much to match; at most `kLongestSeconds` if empty
  bool beginsWithNote = false;            ///< the note begins where the sound does: nothing is trimmed
};

/// A sound to match, from its onset on.
struct Target {
  std::filesystem::path file;
  AudioBuffer sound;  ///< from the onset, at its own level, 44.1 kHz stereo
  MssSpectrum spectrum;
  double startSeconds = 0;  ///< of the onset, in the file
  int note = 60;
  double noteConfidence = 0;          ///< 0 to 1
  std::vector<NoteGuess> otherNotes;  ///< keys that may have been pressed instead, likeliest first
  double lengthSeconds = 0;           ///< when the note is let go, from the onset
  bool lengthOpen = false;            ///< whether that was only found in the sound, and another may be right
  std::vector<std::string> warnings;
};

/// Without a duration, at most this much from the onset is matched.
inline constexpr double kLongestSeconds = 4.0;

/// Reads and analyses a target. @throws Error (input) as `readSound` does.
Target readTarget(const std::filesystem::path& file, const TargetOptions& options);

}  // namespace patchpilot
