#pragma once

#include "audio/buffer.h"
#include "audio/key_model.h"
#include "audio/pitch.h"

#include <cstddef>
#include <vector>

namespace patchpilot {

/// Candidates for a pitch lie between A0, 27.5 Hz, and C8, 4186 Hz, five to a semitone.
inline constexpr int kLowestInRange = 21, kHighestInRange = 108;  ///< MIDI notes
inline constexpr int kPitchSteps = 5;
inline constexpr int kPitchCandidates = (kHighestInRange - kLowestInRange) * kPitchSteps + 1;

double candidateHz(int candidate);

/// Sample `index` of a channel limited to `[first, last)`, 0 outside.
struct SoundPart {
  const AudioBuffer& sound;
  std::ptrdiff_t first, last;

  float at(int channel, std::ptrdiff_t index) const {
    return index < first || index >= last ? 0.0f : sound.channel(channel)[std::size_t(index)];
  }
};

/// How well each candidate fits a moment of a sound.
struct PitchScores {
  double weight;             ///< level of the moment
  std::vector<float> score;  ///< of every candidate: comb match plus a part of the periodicity
  int best;                  ///< the candidate of the highest score
};

/// The scores around a sample; see `estimatePitch` for the two estimators.
PitchScores pitchScores(const SoundPart& part, std::ptrdiff_t centre);

/// Mean power spectrum around some samples, 8192-sample Hann windows padded to twice that.
PowerSpectrum meanPower(const SoundPart& part, const std::vector<std::ptrdiff_t>& centres);

}  // namespace patchpilot
