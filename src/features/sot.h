#pragma once

#include <cstddef>
#include <vector>

#include "audio/buffer.h"
#include "features/shared_frames.h"

namespace patchpilot {

/// Where along the spectrum each frame of a sound has its mass, its channels averaged: magnitudes of
/// an STFT (2205 samples, hop 882), divided by their sum, added up from 0 Hz on.
struct SpectralMass {
  static constexpr std::size_t kBins = FrameBatch::kWindow / 2 + 1;

  std::size_t samples = 0;  ///< length of the sound
  std::size_t frames = 0;
  /// 0..1, batches x kBins x kLanes: frame i is lane i % kLanes of batch i / kLanes. The lanes beyond
  /// the last frame are 0.
  std::vector<float> cumulated;
};

/// Makes a table from spectra that other metrics look at as well.
class MassBuilder {
 public:
  /// @param sound outlives the builder
  explicit MassBuilder(const PaddedSound& sound);

  void add(const FrameBatch& batch);  ///< every even batch of the sound once, in order
  SpectralMass finish() { return std::move(result_); }

 private:
  const PaddedSound& sound_;
  SpectralMass result_;
};

/// Magnitudes as librosa 0.10's `abs(stft(y.mean(axis=0), n_fft=2205, hop_length=882))` of float32 `y`,
/// shape (2, samples); each frame is divided by its sum, or by 1e-6 where that is more.
/// @param sound at 44.1 kHz, finite samples, at least one frame; one channel is taken as two equal ones
/// @throws Error (internal) for any other shape or rate
SpectralMass spectralMass(const AudioBuffer& sound);

/// Spectral optimal transport (SOT): how far the mass of one spectrum must move along the frequency
/// axis to become the other, as a share of the axis: the mean over frames of the mean over bins of the
/// absolute difference of the cumulated spectra, which is the 1-Wasserstein distance in one dimension
/// (arXiv 2506.07199). 0 for equal sounds; a silent frame has no mass.
/// @throws Error (internal) where the sounds differ in length: cut or pad one of them first
double sot(const SpectralMass& a, const SpectralMass& b);

}  // namespace patchpilot
