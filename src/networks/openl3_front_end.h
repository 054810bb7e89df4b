#pragma once

#include "audio/fft.h"
#include "features/mel.h"

#include <span>
#include <vector>

namespace patchpilot {

/// What OpenL3's "mel256" networks hear of one second at 48 kHz: openl3 0.4.2,
/// `_construct_mel256_audio_network` with kapre 0.3.7's `get_melspectrogram_layer(pad_end=True)` before it.
class OpenL3FrontEnd {
 public:
  static constexpr double kRateHz = 48000;
  static constexpr std::size_t kSamples = 48000;  ///< in one frame, which is a second
  static constexpr std::size_t kHop = 4800;       ///< from frame to frame: openl3's hop_size, 0.1 s
  static constexpr std::size_t kBands = 256;
  static constexpr std::size_t kColumns = 199;  ///< of time, 242 samples apart

  OpenL3FrontEnd();

  /// How many frames a sound of that many samples is cut into, half a second of silence put before it so that
  /// the first is centred on its beginning (`center=True`), and its end padded to a whole frame.
  static std::size_t frames(std::size_t samples);

  /// One frame, `kBands x kColumns`: decibels (10 log10, of magnitudes) below its loudest value, from -80 on.
  /// @param sound  at 48 kHz, any length
  /// @param frame  below `frames(sound.size())`
  void spectrogram(std::span<const float> sound, std::size_t frame, std::span<float> decibels) const;

 private:
  RealFft fft_;
  std::vector<float> window_;
  MelFilterbank mel_;
};

}  // namespace patchpilot
