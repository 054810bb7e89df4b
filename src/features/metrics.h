#pragma once

#include "audio/buffer.h"
#include "features/mss.h"
#include "features/rms_envelope.h"
#include "features/sot.h"
#include "features/wmfcc.h"

namespace patchpilot {

/// The four metrics of the published inversion benchmark (arXiv 2506.07199) for one pair of sounds.
struct Distances {
  double mss = 0;    ///< dB, 0 for equal sounds: spectrum at three resolutions (mss.h)
  double wmfcc = 0;  ///< 0 for equal sounds: timbre, whatever its tempo (wmfcc.h)
  double sot = 0;    ///< 0..1, 0 for equal sounds: how far energy must move along the spectrum (sot.h)
  double rms = 0;    ///< 0..1, a similarity, 1 for equal sounds: shape of the envelope (rms_envelope.h)
};

/// All of one sound that the four metrics compare: prepare a target once, then compare any number of
/// renders with it.
struct SoundFeatures {
  MssSpectrum mss;
  MfccSequence mfcc;
  SpectralMass mass;
  RmsEnvelope envelope;
};

/// @param sound at 44.1 kHz, finite samples, at least one frame; one channel is taken as two equal ones
/// @throws Error (internal) for any other shape or rate
SoundFeatures soundFeatures(const AudioBuffer& sound);

/// What is computed at once, the cheapest first.
enum class FeatureGroup {
  spectrum,  ///< `SoundFeatures::mss`
  envelope,  ///< `SoundFeatures::envelope`
  frames     ///< `SoundFeatures::mfcc` and `SoundFeatures::mass`
};

/// Computes one group of features of a sound.
void addFeatures(SoundFeatures& features, const PaddedSound& sound, FeatureGroup group);

/// @throws Error (internal) where the sounds differ in length: cut or pad one of them first
Distances distances(const SoundFeatures& a, const SoundFeatures& b);

}  // namespace patchpilot
