#pragma once

#include "audio/fft.h"
#include "features/mel.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// What a CLAP model hears: `preprocessor_config.json`, with the defaults of transformers'
/// ClapFeatureExtractor.
struct ClapHearing {
  double sampleRateHz = 48000;
  std::size_t samples = 480000;  ///< of every sound: a longer one is cut, a shorter one filled up
  std::string padding =
      "repeatpad";  ///< how: "repeatpad" (repeated as often as it fits, then zeros), "repeat", "pad"
  std::size_t fftSize = 1024;
  std::size_t hop = 480;
  std::size_t bands = 64;
  double lowestHz = 0;
  double highestHz = 14000;

  std::size_t frames() const { return samples / hop + 1; }
};

/// @throws Error (input) where the file is missing or asks for what is not known here
ClapHearing readClapHearing(const std::filesystem::path& file);

/// CLAP's mel spectrum: what transformers 4.57's ClapFeatureExtractor gives where its truncation is
/// "rand_trunc" (which is that of models without fusion): power spectra of a centred STFT with mirrored ends,
/// Slaney's mel filters, in decibels, -100 and more. But of a longer sound it takes the beginning, where the
/// note begins, and not a part by chance.
class ClapFrontEnd {
 public:
  explicit ClapFrontEnd(const ClapHearing& hearing);

  const ClapHearing& hearing() const { return hearing_; }

  /// @param sound  one channel at `sampleRateHz`, any length
  /// @return frames x bands
  Spectrogram operator()(std::span<const float> sound) const;

 private:
  std::vector<float> filled(std::span<const float> sound) const;

  ClapHearing hearing_;
  PreciseRealFft fft_;
  MelFilterbank mel_;
  std::vector<double> window_;
};

}  // namespace patchpilot
