#include "eval/sound_files.h"

#include "audio/file.h"
#include "audio/level.h"
#include "base/files.h"
#include "features/mel.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr double kViewLevelDb = -20, kViewPeak = 0.9;
constexpr std::size_t kViewWindow = 2048, kViewHop = 882;

/// At one loudness for all, so that what is compared is not the level.
AudioBuffer atOneLevel(AudioBuffer sound) {
  const double level = rmsDb(sound);
  if (level <= kSilentDb) return sound;
  applyGainDb(sound, kViewLevelDb - level);
  if (const double top = peak(sound); top > kViewPeak) applyGainDb(sound, amplitudeToDb(kViewPeak / top));
  return sound;
}

/// `frames x kViewBands` bytes.
Bytes melView(const AudioBuffer& sound) {
  std::vector<float> mono(sound.frames());
  for (int c = 0; c < sound.channels(); ++c)
    for (std::size_t i = 0; i < mono.size(); ++i) mono[i] += sound.channel(c)[i] / float(sound.channels());
  static const MelFilterbank filters(kSampleRateHz, kViewWindow, kViewBands);
  const Spectrogram mel = filters.apply(powerSpectrogram(mono, kViewWindow, kViewHop));
  const float top = std::max(1e-12f, *std::max_element(mel.values.begin(), mel.values.end()));
  Bytes bytes;
  for (const float power : mel.values) {
    const double decibels = 10 * std::log10(std::max(power / top, 1e-8f));
    bytes.push_back(std::uint8_t(std::lround((decibels + 80) / 80 * 255)));
  }
  return bytes;
}

std::string fileStem(const std::string& text) {
  std::string stem;
  for (const unsigned char c : text) stem += std::isalnum(c) || c == '-' || c == '.' ? char(c) : '_';
  return stem;
}

}  // namespace

SoundFiles soundFiles(const fs::path& folder, const std::string& target, const EvaluationRow* row) {
  // Names that differ in signs only are told apart by the hash.
  const std::string name = row == nullptr ? target : target + "--" + row->id;
  const std::string stem = fileStem(name).substr(0, 80) + "-" + contentHash(name).substr(0, 8);
  return {folder / "sounds" / (stem + ".mp3"), folder / "sounds" / (stem + ".mel")};
}

void keepSound(const SoundFiles& files, const AudioBuffer& sound) {
  writeMp3(files.mp3, atOneLevel(sound));
  writeFileAtomically(files.mel, std::span<const std::uint8_t>(melView(sound)));
}

}  // namespace patchpilot
