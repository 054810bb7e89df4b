#include "features/sot.h"

#include <algorithm>
#include <complex>

#include "audio/fft.h"
#include "features/stft.h"

namespace patchpilot {
namespace {

constexpr float kLeastSum = 1e-6f;

/// Of the energy of both channels. Below this their average is cancelled out so far that the rounding
/// errors of the loud channels, added up over all bins, would count.
constexpr float kCancelledShare = 1e-3f;

/// One lane of `cumulated` (kBins x kLanes) from the average of the channels itself, `left` and `right`
/// being the frame's first samples.
void cumulateAverage(const float* left, const float* right, float* cumulated) {
  static const std::vector<float> window = periodicHann(FrameBatch::kWindow);
  std::vector<float> frame(FrameBatch::kWindow);
  for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = (left[i] + right[i]) / 2 * window[i];
  std::vector<std::complex<float>> spectrum(SpectralMass::kBins);
  RealFft(FrameBatch::kWindow).forward(frame.data(), spectrum.data());
  float sum = 0;
  for (std::size_t k = 0; k < spectrum.size(); ++k) cumulated[k * kLanes] = sum += std::abs(spectrum[k]);
  for (std::size_t k = 0; k < spectrum.size(); ++k) cumulated[k * kLanes] /= std::max(kLeastSum, sum);
}

}  // namespace

MassBuilder::MassBuilder(const PaddedSound& sound) : sound_(sound) {
  result_.samples = sound.samples;
  result_.frames = centredFrames(sound.samples, FrameBatch::kWindow, 2 * FrameBatch::kHop);
  result_.cumulated.resize((result_.frames + kLanes - 1) / kLanes * kLanes * SpectralMass::kBins);
}

void MassBuilder::add(const FrameBatch& batch) {
  float* cumulated = result_.cumulated.data() + batch.firstFrame / 2 * SpectralMass::kBins;
  float share[kLanes];
  laneKernels().cumulatedMass(batch.spectrum, FrameBatch::kWindow, kLeastSum, cumulated, share);
  for (std::size_t lane = 0; lane < batch.lanes; ++lane) {
    if (share[lane] >= kCancelledShare) continue;
    const std::size_t centre = PaddedSound::kOrigin + (batch.firstFrame + 2 * lane) * FrameBatch::kHop;
    const std::size_t start = centre - FrameBatch::kWindow / 2;
    cumulateAverage(sound_.left() + start, sound_.right() + start, cumulated + lane);
  }
  if (batch.lanes < kLanes) clearSpareLanes(cumulated, SpectralMass::kBins, batch.lanes);
}

SpectralMass spectralMass(const AudioBuffer& sound) {
  thread_local PaddedSound padded;
  padded.assign(sound);
  MassBuilder builder(padded);
  visitFrames(padded, false, [&](const FrameBatch& batch) { builder.add(batch); });
  return builder.finish();
}

double sot(const SpectralMass& a, const SpectralMass& b) {
  requireSameLength("SOT", a.samples, b.samples);
  const double sum =
      laneKernels().absoluteDifference(a.cumulated.data(), b.cumulated.data(), a.cumulated.size());
  return sum / double(a.frames * SpectralMass::kBins);
}

}  // namespace patchpilot
