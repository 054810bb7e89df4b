#include "networks/openl3_front_end.h"

#include "features/stft.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace patchpilot {

namespace {

constexpr std::size_t kFftSize = 2048;
constexpr std::size_t kColumnHop = 242;
constexpr float kLeastMagnitude = 1e-10f;
constexpr float kFloorDb = -80;

}  // namespace

OpenL3FrontEnd::OpenL3FrontEnd()
    : fft_(kFftSize), window_(periodicHann(kFftSize)), mel_(kRateHz, kFftSize, kBands) {}

std::size_t OpenL3FrontEnd::frames(std::size_t samples) {
  const std::size_t padded = kSamples / 2 + samples;
  return padded <= kSamples ? 1 : 1 + (padded - kSamples + kHop - 1) / kHop;
}

void OpenL3FrontEnd::spectrogram(std::span<const float> sound, std::size_t frame,
                                 std::span<float> decibels) const {
  std::vector<float> second(kSamples + kFftSize), samples(kFftSize), magnitudes(fft_.bins());
  std::vector<std::complex<float>> spectrum(fft_.bins());
  const std::size_t silence = frame * kHop < kSamples / 2 ? kSamples / 2 - frame * kHop : 0;
  const std::size_t first = frame * kHop + silence - kSamples / 2;
  const std::size_t heard = first < sound.size() ? std::min(kSamples - silence, sound.size() - first) : 0;
  std::copy_n(sound.begin() + std::ptrdiff_t(std::min(first, sound.size())), heard,
              second.begin() + std::ptrdiff_t(silence));
  float loudest = kLeastMagnitude;
  for (std::size_t column = 0; column < kColumns; ++column) {
    for (std::size_t i = 0; i < kFftSize; ++i) samples[i] = second[column * kColumnHop + i] * window_[i];
    fft_.forward(samples.data(), spectrum.data());
    for (std::size_t bin = 0; bin < magnitudes.size(); ++bin)
      magnitudes[bin] = std::sqrt(spectrum[bin].real() * spectrum[bin].real() +
                                  spectrum[bin].imag() * spectrum[bin].imag());
    for (std::size_t band = 0; band < kBands; ++band) {
      const float sum = std::max(mel_.bands()[band].of(magnitudes), kLeastMagnitude);
      decibels[band * kColumns + column] = sum;
      loudest = std::max(loudest, sum);
    }
  }
  const float loudestDb = 10 * std::log10(loudest);
  for (float& value : decibels) value = std::max(10 * std::log10(value) - loudestDb, kFloorDb);
}

}  // namespace patchpilot
