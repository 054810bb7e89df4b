#include "features/metrics.h"

namespace patchpilot {

SoundFeatures soundFeatures(const AudioBuffer& sound) {
  thread_local PaddedSound padded;
  padded.assign(sound);
  MfccBuilder mfcc(padded.samples);
  MassBuilder mass(padded);
  visitFrames(padded, true, [&](const FrameBatch& batch) {
    if (batch.even()) mass.add(batch);
    mfcc.add(batch);
  });
  return {mssSpectrum(padded), mfcc.finish(), mass.finish(), rmsEnvelope(padded)};
}

Distances distances(const SoundFeatures& a, const SoundFeatures& b) {
  return {mss(a.mss, b.mss), wmfcc(a.mfcc, b.mfcc), sot(a.mass, b.mass),
          rmsSimilarity(a.envelope, b.envelope)};
}

}  // namespace patchpilot
