#include "embed/mel_envelope.h"

#include "audio/buffer.h"
#include "audio/level.h"
#include "audio/recording.h"
#include "features/stft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

namespace patchpilot {

namespace {

constexpr std::size_t kFftSize = 2048;
constexpr int kBands = 40;
constexpr int kEnvelopeSteps = 32;
constexpr double kSeconds = 4.0;
constexpr float kEnvelopeFloorDb = -80.0f;

/// Where each stretch of time ends, in seconds, and how far apart its windows lie, in frames.
struct EnvelopeStretch {
  double end;
  std::size_t hop;
};
constexpr std::array<EnvelopeStretch, 8> kEnvelopeStretches{{{0.06, 512},
                                                             {0.12, 1024},
                                                             {0.25, 2048},
                                                             {0.5, 2048},
                                                             {1.0, 4096},
                                                             {2.0, 8192},
                                                             {3.0, 8192},
                                                             {4.0, 8192}}};
constexpr int kStretchCount = int(kEnvelopeStretches.size());

/// What the envelope weighs against the spectrum; both are scaled so that their dimensions count as one.
constexpr float kEnvelopeWeight = 0.5f;

float decibels(float power, float reference) {
  return std::max(kEnvelopeFloorDb, 10.0f * std::log10(std::max(power, 1e-20f) / reference));
}

/// Decibels below the loudest value, scaled so that -80 dB is -1 and `count` of them have weight 1.
void scale(std::span<float> values, float weight) {
  const float loudest = std::max(1e-20f, *std::max_element(values.begin(), values.end()));
  const float factor = weight / (-kEnvelopeFloorDb) / std::sqrt(float(values.size()));
  for (float& value : values) value = decibels(value, loudest) * factor;
}

}  // namespace

MelEnvelopeEmbedder::MelEnvelopeEmbedder()
    : fft_(kFftSize), mel_(kSampleRateHz, kFftSize, kBands), window_(periodicHann(kFftSize)) {
  std::size_t frame = 0;
  for (int stretch = 0; stretch < kStretchCount; ++stretch)
    for (; double(frame) < kEnvelopeStretches[std::size_t(stretch)].end * kSampleRateHz;
         frame += kEnvelopeStretches[std::size_t(stretch)].hop)
      windows_.push_back({frame, stretch});
}

int MelEnvelopeEmbedder::dimension() const { return kStretchCount * kBands + kEnvelopeSteps; }

void MelEnvelopeEmbedder::embed(std::span<const float> left, std::span<const float> right,
                                std::span<float> vector) const {
  std::fill(vector.begin(), vector.end(), 0.0f);
  std::vector<float> samples(kFftSize);
  std::vector<std::complex<float>> spectrum(fft_.bins()), other(fft_.bins());
  std::vector<float> power(fft_.bins());
  const bool cancelling = sidesCancel(left, right);
  std::size_t next = 0;
  for (std::size_t stretch = 0; stretch < std::size_t(kStretchCount); ++stretch) {
    std::fill(power.begin(), power.end(), 0.0f);
    int count = 0;
    for (; next < windows_.size() && windows_[next].stretch == int(stretch); ++next, ++count) {
      const std::size_t first = windows_[next].firstFrame;
      if (first >= left.size()) continue;
      const std::size_t frames = std::min(kFftSize, left.size() - first);
      const float* l = left.data() + first;
      const float* r = right.data() + first;
      const auto transform = [&](const auto& sample, std::vector<std::complex<float>>& to) {
        for (std::size_t i = 0; i < frames; ++i) samples[i] = sample(i) * window_[i];
        std::fill(samples.begin() + std::ptrdiff_t(frames), samples.end(), 0.0f);
        fft_.forward(samples.data(), to.data());
      };
      const auto powerAt = [](const std::vector<std::complex<float>>& of, std::size_t bin) {
        return of[bin].real() * of[bin].real() + of[bin].imag() * of[bin].imag();
      };
      if (!cancelling) {
        transform([&](std::size_t i) { return l[i] + r[i]; }, spectrum);
        for (std::size_t bin = 0; bin < power.size(); ++bin) power[bin] += powerAt(spectrum, bin);
        continue;
      }
      // Of two equal sides, twice the sum of their powers is the power of their sum.
      transform([&](std::size_t i) { return l[i]; }, spectrum);
      transform([&](std::size_t i) { return r[i]; }, other);
      for (std::size_t bin = 0; bin < power.size(); ++bin)
        power[bin] += 2 * (powerAt(spectrum, bin) + powerAt(other, bin));
    }
    // The filters are linear: once on the sum is as good as once for each window.
    for (std::size_t band = 0; band < std::size_t(kBands); ++band)
      vector[stretch * kBands + band] = mel_.bands()[band].of(power) / float(std::max(1, count));
  }

  const auto mel = vector.first(kStretchCount * kBands);
  const auto envelope = vector.subspan(kStretchCount * kBands);
  const auto step = std::size_t(kSeconds * kSampleRateHz) / kEnvelopeSteps;
  for (std::size_t i = 0; i < std::size_t(kEnvelopeSteps); ++i) {
    const std::size_t begin = std::min(i * step, left.size()), end = std::min(begin + step, left.size());
    envelope[i] =
        sumOfSquares(left.subspan(begin, end - begin)) + sumOfSquares(right.subspan(begin, end - begin));
  }
  scale(mel, 1.0f);
  scale(envelope, kEnvelopeWeight);
}

}  // namespace patchpilot
