#include "features/mel.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {
namespace {

constexpr double kLinearHzPerMel = 200.0 / 3;
constexpr double kLogStartHz = 1000;
constexpr double kLogStartMel = kLogStartHz / kLinearHzPerMel;
const double kLogStep = std::log(6.4) / 27;

/// Height at `hz` of the triangle that rises from `low` to `centre` and falls to `high`, area 1.
double triangle(double hz, double low, double centre, double high) {
  const double height = std::min((hz - low) / (centre - low), (high - hz) / (high - centre));
  return std::max(0.0, height) * 2 / (high - low);
}

}  // namespace

double hzToMel(double hz) {
  return hz < kLogStartHz ? hz / kLinearHzPerMel : kLogStartMel + std::log(hz / kLogStartHz) / kLogStep;
}

double melToHz(double mel) {
  return mel < kLogStartMel ? mel * kLinearHzPerMel : kLogStartHz * std::exp((mel - kLogStartMel) * kLogStep);
}

MelFilterbank::MelFilterbank(double sampleRateHz, std::size_t fftSize, std::size_t bands)
    : MelFilterbank(sampleRateHz, fftSize, bands, 0, sampleRateHz / 2) {}

MelFilterbank::MelFilterbank(double sampleRateHz, std::size_t fftSize, std::size_t bands, double lowestHz,
                             double highestHz) {
  const double lowestMel = hzToMel(lowestHz);
  const double melStep = (hzToMel(highestHz) - lowestMel) / double(bands + 1);
  for (std::size_t band = 0; band < bands; ++band) {
    const double low = melToHz(lowestMel + melStep * double(band));
    const double centre = melToHz(lowestMel + melStep * double(band + 1));
    const double high = melToHz(lowestMel + melStep * double(band + 2));
    Band filter{0, {}};
    for (std::size_t bin = 0; bin <= fftSize / 2; ++bin) {
      const double weight = triangle(double(bin) * sampleRateHz / double(fftSize), low, centre, high);
      if (weight <= 0) continue;
      if (filter.weights.empty()) filter.firstBin = bin;
      filter.weights.push_back(static_cast<float>(weight));
    }
    bands_.push_back(std::move(filter));
  }
}

Spectrogram MelFilterbank::apply(const Spectrogram& power) const {
  Spectrogram result{power.frames, bands_.size(), {}};
  result.values.reserve(result.frames * result.bands);
  for (std::size_t frame = 0; frame < power.frames; ++frame) {
    for (const Band& band : bands_) {
      const float* bins = power.values.data() + frame * power.bands + band.firstBin;
      float sum = 0;
      for (std::size_t i = 0; i < band.weights.size(); ++i) sum += band.weights[i] * bins[i];
      result.values.push_back(sum);
    }
  }
  return result;
}

}  // namespace patchpilot
