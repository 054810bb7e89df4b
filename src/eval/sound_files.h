#pragma once

#include "audio/buffer.h"
#include "eval/evaluation.h"

#include <filesystem>
#include <string>

namespace patchpilot {

/// Where a run keeps, in its folder, the sound and the spectrogram of a target, or of what a row made of it.
struct SoundFiles {
  std::filesystem::path mp3;
  std::filesystem::path mel;  ///< one byte a value, `frames x kViewBands`, -80 dB (0) to 0 dB (255)
};
inline constexpr std::size_t kViewBands = 96;
SoundFiles soundFiles(const std::filesystem::path& folder, const std::string& target,
                      const EvaluationRow* row = nullptr);

/// Writes both. All sounds are brought to one level, so that a listener compares more than that.
/// @throws Error (system) if a file cannot be written
void keepSound(const SoundFiles& files, const AudioBuffer& sound);

}  // namespace patchpilot
