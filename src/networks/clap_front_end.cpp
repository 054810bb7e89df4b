#include "networks/clap_front_end.h"

#include "networks/json_settings.h"

#include <cmath>
#include <complex>
#include <numbers>

namespace patchpilot {

namespace {

constexpr double kLeastPower = 1e-10;

/// Ten times what the published models hear, and a hundred times what they transform.
constexpr std::size_t kMostSamples = 5'000'000, kMostTransformed = 100'000'000;

std::vector<double> hann(std::size_t size) {
  std::vector<double> window(size);
  for (std::size_t i = 0; i < size; ++i)
    window[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * double(i) / double(size));
  return window;
}

/// A sound with `border` samples more at both ends, mirrored about the first and the last.
std::vector<double> mirrored(std::span<const float> sound, std::size_t border) {
  std::vector<double> padded(sound.size() + 2 * border);
  std::copy(sound.begin(), sound.end(), padded.begin() + std::ptrdiff_t(border));
  for (std::size_t i = 1; i <= border; ++i) {
    padded[border - i] = sound[i];
    padded[border + sound.size() - 1 + i] = sound[sound.size() - 1 - i];
  }
  return padded;
}

}  // namespace

ClapHearing readClapHearing(const std::filesystem::path& file) {
  const JsonSettings settings(file);
  ClapHearing hearing;
  const std::int64_t rate = settings.whole("sampling_rate", 48000, 1000, 768000);
  hearing.sampleRateHz = double(rate);
  hearing.samples = std::size_t(rate * settings.whole("max_length_s", 10, 1, 600));
  hearing.padding = settings.word("padding", "repeatpad", {"repeatpad", "repeat", "pad"});
  settings.word("truncation", "fusion", {"rand_trunc"});
  hearing.fftSize = std::size_t(settings.whole("fft_window_size", 1024, 16,
                                               std::min<std::int64_t>(65536, std::int64_t(hearing.samples))));
  hearing.hop = std::size_t(settings.whole("hop_length", 480, 1, 65536));
  if (hearing.samples > kMostSamples)
    settings.fail("max_length_s",
                  fmt::format("makes {} samples; {} at most are heard", hearing.samples, kMostSamples));
  if (hearing.frames() > kMostTransformed / hearing.fftSize)
    settings.fail("hop_length", fmt::format("is {}, which makes {} frames of {} samples; that is too much",
                                            hearing.hop, hearing.frames(), hearing.fftSize));
  hearing.bands = std::size_t(settings.whole("feature_size", 64, 1, 1024));
  hearing.lowestHz = settings.number("frequency_min", 0, 0, double(rate) / 2);
  hearing.highestHz = settings.number("frequency_max", 14000, hearing.lowestHz + 1, double(rate) / 2);
  return hearing;
}

ClapFrontEnd::ClapFrontEnd(const ClapHearing& hearing)
    : hearing_(hearing),
      fft_(hearing.fftSize),
      mel_(hearing.sampleRateHz, hearing.fftSize, hearing.bands, hearing.lowestHz, hearing.highestHz),
      window_(hann(hearing.fftSize)) {}

std::vector<float> ClapFrontEnd::filled(std::span<const float> sound) const {
  std::vector<float> whole(hearing_.samples);
  if (sound.empty()) return whole;
  std::size_t heard = sound.size();
  if (hearing_.padding == "repeat") heard = whole.size();
  if (hearing_.padding == "repeatpad") heard *= std::max<std::size_t>(1, whole.size() / sound.size());
  for (std::size_t i = 0; i < std::min(heard, whole.size()); ++i) whole[i] = sound[i % sound.size()];
  return whole;
}

Spectrogram ClapFrontEnd::operator()(std::span<const float> sound) const {
  const std::vector<double> padded = mirrored(filled(sound), hearing_.fftSize / 2);
  Spectrogram result{1 + (padded.size() - hearing_.fftSize) / hearing_.hop, hearing_.bands, {}};
  result.values.reserve(result.frames * result.bands);
  std::vector<double> windowed(hearing_.fftSize), power(fft_.bins());
  std::vector<std::complex<double>> spectrum(fft_.bins());
  for (std::size_t frame = 0; frame < result.frames; ++frame) {
    const double* start = padded.data() + frame * hearing_.hop;
    for (std::size_t i = 0; i < windowed.size(); ++i) windowed[i] = start[i] * window_[i];
    fft_.forward(windowed.data(), spectrum.data());
    for (std::size_t k = 0; k < power.size(); ++k) power[k] = std::norm(spectrum[k]);
    for (const auto& band : mel_.bands()) {
      double sum = 0;
      for (std::size_t i = 0; i < band.weights.size(); ++i)
        sum += double(band.weights[i]) * power[band.firstBin + i];
      result.values.push_back(float(10 * std::log10(std::max(kLeastPower, sum))));
    }
  }
  return result;
}

}  // namespace patchpilot
