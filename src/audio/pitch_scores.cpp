#include "audio/pitch_scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "audio/fft.h"
#include "audio/inverse_fft.h"

namespace patchpilot {

namespace {

constexpr std::array<std::size_t, 4> kWindows{8192, 4096, 2048, 1024};
constexpr double kGridTopHz = 10000;
constexpr double kPeriodicityShare = 0.15;  ///< weight of the autocorrelation beside the comb's match
constexpr std::size_t kLagWindow =
    2048;  ///< samples compared with their delayed selves, and the longest delay

/// Frequencies spaced evenly in the ear's resolution (ERB scale, Glasberg and Moore 1990).
std::vector<double> hearingGrid() {
  const auto toErbs = [](double hz) { return 21.4 * std::log10(1 + hz / 229); };
  std::vector<double> grid;
  for (double erbs = toErbs(kGridTopHz);; erbs -= 0.1) {
    const double hz = 229 * (std::pow(10, erbs / 21.4) - 1);
    if (hz < candidateHz(0) / 4) break;
    grid.insert(grid.begin(), hz);
  }
  return grid;
}

bool isPrimeOrOne(int number) {
  for (int d = 2; d * d <= number; ++d) {
    if (number % d == 0) return false;
  }
  return true;
}

/// SWIPE's comb for a fundamental: cosine lobes at harmonics 1, 2, 3, 5, 7, ... and half as deep
/// valleys beside them, falling as 1/sqrt(f).
std::vector<float> comb(double hz, const std::vector<double>& grid) {
  std::vector<double> kernel(grid.size());
  const int harmonics = int(std::floor(grid.back() / hz - 0.75));
  for (int harmonic = 1; harmonic <= std::max(1, harmonics); ++harmonic) {
    if (!isPrimeOrOne(harmonic)) continue;
    for (std::size_t i = 0; i < grid.size(); ++i) {
      const double ratio = grid[i] / hz, distance = std::abs(ratio - harmonic);
      if (distance < 0.25) kernel[i] = std::cos(2 * std::numbers::pi * ratio);
      else if (distance < 0.75) kernel[i] += std::cos(2 * std::numbers::pi * ratio) / 2;
    }
  }
  double norm = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    kernel[i] /= std::sqrt(grid[i]);
    if (kernel[i] > 0) norm += kernel[i] * kernel[i];
  }
  std::vector<float> result(grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) result[i] = float(kernel[i] / std::sqrt(norm));
  return result;
}

/// What does not depend on the sound.
struct Tables {
  std::vector<double> grid = hearingGrid();
  std::vector<std::vector<float>> combs;
  std::array<std::vector<float>, kWindows.size()> hann;
  std::vector<std::size_t> windowOf;  ///< for each candidate: the window of about 8 periods

  Tables() {
    for (int c = 0; c < kPitchCandidates; ++c) {
      combs.push_back(comb(candidateHz(c), grid));
      const double ideal = 8 * kSampleRateHz / candidateHz(c);
      const double index = std::round(std::log2(double(kWindows[0]) / ideal));
      windowOf.push_back(std::size_t(std::clamp(index, 0.0, double(kWindows.size() - 1))));
    }
    for (std::size_t w = 0; w < kWindows.size(); ++w) {
      for (std::size_t i = 0; i < kWindows[w]; ++i) {
        hann[w].push_back(
            float(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (double(i) + 0.5) / double(kWindows[w]))));
      }
    }
  }
};

const Tables& tables() {
  static const Tables instance;
  return instance;
}

/// Square roots of the magnitudes around sample `centre`, on the hearing grid, scaled to norm 1.
std::vector<float> loudness(const SoundPart& part, std::ptrdiff_t centre, std::size_t window) {
  const std::size_t size = kWindows[window], padded = 2 * size;
  const RealFft fft(padded);
  std::vector<float> frame(padded), power(fft.bins());
  std::vector<std::complex<float>> spectrum(fft.bins());
  for (int channel = 0; channel < part.sound.channels(); ++channel) {
    for (std::size_t i = 0; i < size; ++i) {
      frame[i] =
          tables().hann[window][i] * part.at(channel, centre - std::ptrdiff_t(size / 2) + std::ptrdiff_t(i));
    }
    fft.forward(frame.data(), spectrum.data());
    for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::norm(spectrum[k]);
  }
  for (float& value : power) value = std::sqrt(std::sqrt(value));

  const std::vector<double>& grid = tables().grid;
  std::vector<float> result(grid.size());
  double norm = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const double bin = grid[i] * double(padded) / kSampleRateHz;
    const auto below = std::size_t(bin);
    const auto fraction = float(bin - double(below));
    result[i] = power[below] * (1 - fraction) + power[below + 1] * fraction;
    norm += double(result[i]) * result[i];
  }
  for (float& value : result) value *= float(1 / std::sqrt(norm + 1e-20));
  return result;
}

/// Normalised autocorrelation of the samples from `start` on, -1..1, for delays 0..kLagWindow.
std::vector<double> autocorrelation(const SoundPart& part, std::ptrdiff_t start) {
  constexpr std::size_t kSize = 2 * kLagWindow, kPadded = 2 * kSize;
  const RealFft fft(kPadded);
  std::vector<float> whole(kPadded), head(kPadded), product(kPadded);
  std::vector<std::complex<float>> wholeSpectrum(fft.bins()), headSpectrum(fft.bins()), cross(fft.bins());
  std::vector<double> energy(kSize + 1);
  for (int channel = 0; channel < part.sound.channels(); ++channel) {
    double mean = 0;
    for (std::size_t i = 0; i < kSize; ++i) mean += whole[i] = part.at(channel, start + std::ptrdiff_t(i));
    mean /= double(kSize);
    for (std::size_t i = 0; i < kSize; ++i) {
      whole[i] -= float(mean);
      energy[i + 1] += double(whole[i]) * whole[i];
    }
    std::copy(whole.begin(), whole.begin() + kLagWindow, head.begin());
    fft.forward(whole.data(), wholeSpectrum.data());
    fft.forward(head.data(), headSpectrum.data());
    for (std::size_t k = 0; k < cross.size(); ++k) cross[k] += wholeSpectrum[k] * std::conj(headSpectrum[k]);
  }
  std::partial_sum(energy.begin(), energy.end(), energy.begin());
  std::vector<float> correlation(kPadded);
  inverseTransform(fft, cross, correlation);
  std::vector<double> result(kLagWindow + 1);
  for (std::size_t lag = 0; lag <= kLagWindow; ++lag) {
    const double scale = energy[kLagWindow] + energy[lag + kLagWindow] - energy[lag];
    result[lag] = scale > 0 ? 2 * double(correlation[lag]) / scale : 0;
  }
  return result;
}

/// How well the sound repeats after the candidate's period.
double periodicity(const std::vector<double>& correlation, double hz) {
  const double period = kSampleRateHz / hz;
  // A short period falls between samples; an odd multiple of it is finer and not one of its double's.
  const double multiple = period >= 60 ? 1 : 2 * std::floor(60 / period / 2) + 1;
  const double lag = period * multiple;
  const auto below = std::size_t(lag * 0.995), above = std::size_t(std::ceil(lag * 1.005));
  double best = -1;
  for (std::size_t i = below; i <= std::min(above, correlation.size() - 1); ++i)
    best = std::max(best, correlation[i]);
  return best;
}

double levelAround(const SoundPart& part, std::ptrdiff_t centre) {
  double sum = 0;
  for (int channel = 0; channel < part.sound.channels(); ++channel) {
    for (std::ptrdiff_t i = centre - 1024; i < centre + 1024; ++i)
      sum += double(part.at(channel, i)) * part.at(channel, i);
  }
  return std::sqrt(sum);
}

}  // namespace

double candidateHz(int candidate) { return noteToHz(kLowestInRange + double(candidate) / kPitchSteps); }

PitchScores pitchScores(const SoundPart& part, std::ptrdiff_t centre) {
  std::array<std::vector<float>, kWindows.size()> spectra;
  for (std::size_t w = 0; w < kWindows.size(); ++w) spectra[w] = loudness(part, centre, w);
  const auto correlation = autocorrelation(part, centre - std::ptrdiff_t(kLagWindow));
  PitchScores frame{levelAround(part, centre), std::vector<float>(kPitchCandidates), 0};
  for (int c = 0; c < kPitchCandidates; ++c) {
    const auto& spectrum = spectra[tables().windowOf[std::size_t(c)]];
    const auto& teeth = tables().combs[std::size_t(c)];
    const double match = std::inner_product(teeth.begin(), teeth.end(), spectrum.begin(), 0.0f);
    const double repeats = std::max(0.0, periodicity(correlation, candidateHz(c)));
    frame.score[std::size_t(c)] = float(match + kPeriodicityShare * repeats);
    if (frame.score[std::size_t(c)] > frame.score[std::size_t(frame.best)]) frame.best = c;
  }
  return frame;
}

PowerSpectrum meanPower(const SoundPart& part, const std::vector<std::ptrdiff_t>& centres) {
  const std::size_t size = kWindows[0];
  const RealFft fft(2 * size);
  std::vector<float> frame(2 * size);
  std::vector<std::complex<float>> spectrum(fft.bins());
  std::vector<double> power(fft.bins());
  for (const std::ptrdiff_t centre : centres) {
    for (int channel = 0; channel < part.sound.channels(); ++channel) {
      for (std::size_t i = 0; i < size; ++i) {
        frame[i] =
            tables().hann[0][i] * part.at(channel, centre - std::ptrdiff_t(size / 2) + std::ptrdiff_t(i));
      }
      fft.forward(frame.data(), spectrum.data());
      for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::norm(spectrum[k]);
    }
  }
  return {std::move(power), kSampleRateHz / double(2 * kWindows[0])};
}

}  // namespace patchpilot
