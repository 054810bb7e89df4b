#include "features/metrics.h"

namespace patchpilot {

SoundFeatures soundFeatures(const AudioBuffer& sound) {
  thread_local PaddedSound padded;
  padded.assign(sound);
  SoundFeatures features;
  for (const FeatureGroup group : {FeatureGroup::spectrum, FeatureGroup::envelope, FeatureGroup::frames})
    addFeatures(features, padded, group);
  return features;
}

void addFeatures(SoundFeatures& features, const PaddedSound& sound, FeatureGroup group) {
  switch (group) {
    case FeatureGroup::spectrum: features.mss = mssSpectrum(sound); break;
    case FeatureGroup::envelope: features.envelope = rmsEnvelope(sound); break;
    case FeatureGroup::frames:
      MfccBuilder mfcc(sound.samples);
      MassBuilder mass(sound);
      visitFrames(sound, true, [&](const FrameBatch& batch) {
        if (batch.even()) mass.add(batch);
        mfcc.add(batch);
      });
      features.mfcc = mfcc.finish();
      features.mass = mass.finish();
  }
}

Distances distances(const SoundFeatures& a, const SoundFeatures& b) {
  return {mss(a.mss, b.mss), wmfcc(a.mfcc, b.mfcc), sot(a.mass, b.mass),
          rmsSimilarity(a.envelope, b.envelope)};
}

}  // namespace patchpilot
