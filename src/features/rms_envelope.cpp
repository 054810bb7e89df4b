#include "features/rms_envelope.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "features/lane_kernels.h"
#include "features/stft.h"

namespace patchpilot {
namespace {

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

RmsEnvelope rmsEnvelope(const PaddedSound& sound) {
  // A window is the hop before its centre, the hop after it, and one sample more.
  static_assert(RmsEnvelope::kWindow == 2 * RmsEnvelope::kHop + 1);
  const float* left = sound.left() + PaddedSound::kOrigin;
  const float* right = sound.right() + PaddedSound::kOrigin;
  const std::size_t frames = centredFrames(sound.samples, RmsEnvelope::kWindow, RmsEnvelope::kHop);
  RmsEnvelope result{sound.samples, {}};
  double before = 0;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const std::size_t centre = frame * RmsEnvelope::kHop;
    const double after = laneKernels().averageEnergy(left + centre, right + centre, RmsEnvelope::kHop);
    const double last = (left[centre + RmsEnvelope::kHop] + right[centre + RmsEnvelope::kHop]) / 2;
    const double energy = before + after + last * last;
    result.values.push_back(static_cast<float>(std::sqrt(energy / double(RmsEnvelope::kWindow))));
    before = after;
  }
  return result;
}

RmsEnvelope rmsEnvelope(const AudioBuffer& sound) {
  thread_local PaddedSound padded;
  padded.assign(sound);
  return rmsEnvelope(padded);
}

double rmsSimilarity(const RmsEnvelope& a, const RmsEnvelope& b) {
  requireSameLength("RMS", a.samples, b.samples);
  const double energyA = dot(a.values, a.values), energyB = dot(b.values, b.values);
  if (energyA == 0 || energyB == 0) return energyA == energyB ? 1 : 0;
  return std::min(1.0, dot(a.values, b.values) / (std::sqrt(energyA) * std::sqrt(energyB)));
}

}  // namespace patchpilot
