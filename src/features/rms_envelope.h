#pragma once

#include <cstddef>
#include <vector>

#include "audio/buffer.h"
#include "features/padded_sound.h"

namespace patchpilot {

/// How loud a sound is over time: RMS of its averaged channels, windows of 2205 samples, hop 1102.
struct RmsEnvelope {
  static constexpr std::size_t kWindow = 2205, kHop = 1102;

  std::size_t samples = 0;    ///< length of the sound
  std::vector<float> values;  ///< one for each frame, centred on sample `i * kHop`
};

/// Computes what librosa 0.10 does with float32 `y` of shape (2, samples):
/// `rms(y=y.mean(axis=0), frame_length=2205, hop_length=1102)`, with zeros beyond both ends.
/// @param sound at 44.1 kHz, finite samples, at least one frame; one channel is taken as two equal ones
/// @throws Error (internal) for any other shape or rate
RmsEnvelope rmsEnvelope(const AudioBuffer& sound);
RmsEnvelope rmsEnvelope(const PaddedSound& sound);

/// Cosine similarity of two envelopes, 0..1; 1 for equal sounds, whatever their levels
/// (arXiv 2506.07199). Silence has no direction, and the published formula no value (0 / 0): here two
/// silences are equal (1), and silence and a sound have nothing in common (0).
/// @throws Error (internal) where the sounds differ in length: cut or pad one of them first
double rmsSimilarity(const RmsEnvelope& a, const RmsEnvelope& b);

}  // namespace patchpilot
