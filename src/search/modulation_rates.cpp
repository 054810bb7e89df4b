#include "search/modulation_rates.h"

#include "audio/buffer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace patchpilot {

namespace {

/// The scale of MSS that is used: frames 10 ms apart, 64 bands.
constexpr std::size_t kFineScale = 1;

/// The range of the note that is analysed: from the end of the attack on, at least this much of it, up to a
/// time after which more adds nothing but work.
constexpr double kFromSeconds = 0.12, kLeastSeconds = 0.4, kLastSeconds = 8;

constexpr double kLowestHz = 0.4, kHighestHz = 20;
constexpr std::size_t kRates = 240;  ///< evaluated, evenly spaced in octaves
constexpr std::size_t kMostPeaks = 6;

/// A band whose median level is below this, in dB relative to the loudest, is not used.
constexpr float kLeastLevel = -65;

constexpr std::size_t kTrend = 4;  ///< terms of the polynomial that is removed

/// Subtracts the projection on a row of norm 1.
void remove(const std::vector<double>& row, std::vector<double>& values) {
  double along = 0;
  for (std::size_t i = 0; i < row.size(); ++i) along += row[i] * values[i];
  for (std::size_t i = 0; i < row.size(); ++i) values[i] -= along * row[i];
}

/// Orthonormal polynomials over a number of frames (Gram-Schmidt).
std::array<std::vector<double>, kTrend> trends(std::size_t frames) {
  std::array<std::vector<double>, kTrend> basis;
  for (std::size_t degree = 0; degree < kTrend; ++degree) {
    auto& row = basis[degree];
    for (std::size_t i = 0; i < frames; ++i)
      row.push_back(std::pow(2 * (double(i) + 0.5) / double(frames) - 1, double(degree)));
    for (std::size_t other = 0; other < degree; ++other) remove(basis[other], row);
    double norm = 0;
    for (const double value : row) norm += value * value;
    for (double& value : row) value /= std::sqrt(norm);
  }
  return basis;
}

}  // namespace

std::vector<double> modulationRates(const MssSpectrum& sound, double noteSeconds) {
  const auto [window, hop, bands] = MssSpectrum::kScales[kFineScale];
  const double framesPerSecond = kSampleRateHz / double(hop);
  const auto begin = std::size_t(kFromSeconds * framesPerSecond);
  const std::size_t end = std::min(sound.frames(kFineScale),
                                   std::size_t(std::clamp(noteSeconds, 0.0, kLastSeconds) * framesPerSecond));
  if (end < begin + std::size_t(kLeastSeconds * framesPerSecond)) return {};
  const std::size_t frames = end - begin;
  const auto basis = trends(frames);

  std::vector<std::vector<double>> series;
  for (int channel = 0; channel < (sound.mono() ? 1 : 2); ++channel)
    for (std::size_t band = 0; band < bands; ++band) {
      std::vector<double> levels(frames);
      for (std::size_t i = 0; i < frames; ++i) levels[i] = sound.at(kFineScale, channel, band, begin + i);
      std::vector<double> sorted = levels;
      std::nth_element(sorted.begin(), sorted.begin() + std::ptrdiff_t(frames / 2), sorted.end());
      if (sorted[frames / 2] < kLeastLevel) continue;
      for (const auto& row : basis) remove(row, levels);
      for (std::size_t i = 0; i < frames; ++i)  // Hann
        levels[i] *= 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (double(i) + 1) / (double(frames) + 1));
      series.push_back(std::move(levels));
    }

  std::vector<double> rates, powers;
  for (std::size_t k = 0; k < kRates; ++k) {
    const double hz = kLowestHz * std::pow(kHighestHz / kLowestHz, double(k) / double(kRates - 1));
    std::vector<std::complex<double>> turns;
    for (std::size_t i = 0; i < frames; ++i)
      turns.push_back(std::polar(1.0, -2 * std::numbers::pi * hz * double(i) / framesPerSecond));
    double power = 0;
    for (const auto& levels : series) {
      std::complex<double> sum = 0;
      for (std::size_t i = 0; i < frames; ++i) sum += levels[i] * turns[i];
      power += std::norm(sum);
    }
    rates.push_back(hz);
    powers.push_back(power);
  }
  std::vector<std::size_t> peaks;
  for (std::size_t k = 1; k + 1 < kRates; ++k)
    if (powers[k] > powers[k - 1] && powers[k] >= powers[k + 1]) peaks.push_back(k);
  std::stable_sort(peaks.begin(), peaks.end(),
                   [&](std::size_t a, std::size_t b) { return powers[a] > powers[b]; });
  if (peaks.size() > kMostPeaks) peaks.resize(kMostPeaks);
  std::vector<double> found;
  for (const std::size_t k : peaks) found.push_back(rates[k]);
  return found;
}

}  // namespace patchpilot
