#include "features/stft.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "audio/fft.h"

namespace patchpilot {

std::vector<float> periodicHann(std::size_t size) {
  std::vector<float> window(size);
  for (std::size_t i = 0; i < size; ++i) {
    window[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * double(i) / double(size)));
  }
  return window;
}

std::size_t centredFrames(std::size_t samples, std::size_t size, std::size_t hop) {
  const std::size_t padded = samples + 2 * (size / 2);
  return padded < size ? 0 : 1 + (padded - size) / hop;
}

Spectrogram powerSpectrogram(std::span<const float> samples, std::size_t size, std::size_t hop) {
  const RealFft fft(size);
  const std::vector<float> window = periodicHann(size);
  Spectrogram result{centredFrames(samples.size(), size, hop), fft.bins(), {}};
  result.values.resize(result.frames * result.bands);

  std::vector<float> padded(samples.size() + 2 * size);
  std::copy(samples.begin(), samples.end(), padded.begin() + static_cast<std::ptrdiff_t>(size / 2));
  std::vector<float> windowed(size);
  std::vector<std::complex<float>> spectrum(fft.bins());
  for (std::size_t frame = 0; frame < result.frames; ++frame) {
    const float* start = padded.data() + frame * hop;
    for (std::size_t i = 0; i < size; ++i) windowed[i] = start[i] * window[i];
    fft.forward(windowed.data(), spectrum.data());
    float* row = result.values.data() + frame * result.bands;
    for (std::size_t k = 0; k < result.bands; ++k) row[k] = std::norm(spectrum[k]);
  }
  return result;
}

}  // namespace patchpilot
