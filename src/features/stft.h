#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace patchpilot {

/// A table of `frames x bands` values, frame after frame.
struct Spectrogram {
  std::size_t frames = 0;
  std::size_t bands = 0;
  std::vector<float> values;  ///< size frames * bands

  float at(std::size_t frame, std::size_t band) const { return values[frame * bands + band]; }
};

/// Hann window for spectral analysis: the period is `size`, not `size - 1`.
std::vector<float> periodicHann(std::size_t size);

/// How many frames a centred STFT of `samples` samples has; the same as librosa 0.10, odd sizes included.
std::size_t centredFrames(std::size_t samples, std::size_t size, std::size_t hop);

/// Squared magnitudes of the short-time Fourier transform of one channel, `frames x (size / 2 + 1)`.
/// Hann window; frame i is centred on sample `i * hop`, with zeros beyond both ends (librosa 0.10:
/// `abs(stft(y, n_fft=size, hop_length=hop, center=True, pad_mode="constant")) ** 2`).
/// @param samples at least one
Spectrogram powerSpectrogram(std::span<const float> samples, std::size_t size, std::size_t hop);

}  // namespace patchpilot
