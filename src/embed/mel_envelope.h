#pragma once

#include "audio/fft.h"
#include "embed/embedder.h"
#include "features/mel.h"

#include <vector>

namespace patchpilot {

/// What a sound is made of and how it moves, in 352 numbers: the level in 40 mel bands, averaged over
/// 8 stretches of time that grow with their distance from the onset, and the envelope in 32 steps.
/// Everything in decibels below the sound's own maximum, so that loudness does not count. The spectrum is
/// that of the sum of both sides, unless they cancel (`sidesCancel`): then their powers are added.
///
/// It looks at 4 s. Spectra are taken more densely near the onset, where a sound says most, and never
/// of more than 40 windows: embedding must cost little beside a render, which on JX10 is 3 ms.
class MelEnvelopeEmbedder : public Embedder {
 public:
  MelEnvelopeEmbedder();

  std::string name() const override { return kMelEnvelopeName; }
  int version() const override { return 1; }
  int dimension() const override;
  void embed(std::span<const float> left, std::span<const float> right,
             std::span<float> vector) const override;

 private:
  struct Window {
    std::size_t firstFrame;
    int stretch;  ///< which stretch of time it counts for
  };

  RealFft fft_;
  MelFilterbank mel_;
  std::vector<float> window_;
  std::vector<Window> windows_;
};

}  // namespace patchpilot
