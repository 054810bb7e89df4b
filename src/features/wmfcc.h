#pragma once

#include <cstddef>
#include <vector>

#include "audio/buffer.h"
#include "features/shared_frames.h"

namespace patchpilot {

/// The timbre of a sound over time: 20 mel-frequency cepstral coefficients of each channel, side by
/// side (left first), windows of 2205 samples, hop 441.
struct MfccSequence {
  static constexpr std::size_t kBands = 128, kCoefficients = 20;
  static constexpr std::size_t kValues = kChannels * kCoefficients;  ///< of one frame

  std::size_t frames = 0;
  std::size_t stride = 0;     ///< `frames`, and as many zeros behind as make it a multiple of kLanes
  std::vector<float> values;  ///< kValues x stride

  float at(std::size_t frame, int channel, std::size_t coefficient) const {
    return values[(std::size_t(channel) * kCoefficients + coefficient) * stride + frame];
  }
};

/// Makes a sequence from spectra that other metrics look at as well.
class MfccBuilder {
 public:
  explicit MfccBuilder(std::size_t samples);

  void add(const FrameBatch& batch);  ///< every batch of the sound, even and odd, once
  MfccSequence finish();

 private:
  struct Part {
    std::size_t firstFrame, lanes;
  };
  std::size_t frames_;
  std::vector<Part> parts_;
  std::vector<ComplexLanes> bands_;  ///< parts x kBands mel powers, then dB: left (re), right (im)
};

/// Computes what librosa 0.10 does with float32 sound `y` of shape (2, samples):
/// `mfcc(y=y, sr=44100, n_mfcc=20, n_fft=2205, hop_length=441, n_mels=128)`: dB of the mel powers, no
/// lower than 80 dB below the loudest of both channels, and the first 20 of their orthonormal DCT-II.
/// @param sound at 44.1 kHz, finite samples, at least one frame; one channel is taken as two equal ones
/// @throws Error (internal) for any other shape or rate
MfccSequence mfccSequence(const AudioBuffer& sound);

/// Dynamic-time-warping cost of two MFCC sequences (wMFCC, arXiv 2506.07199): of all ways to walk from
/// both beginnings to both ends, the least sum of the frames' mean absolute differences, where a
/// diagonal step counts twice, divided by n + m, the count of their frames. That is
/// `normalizedDistance` of dtw-python 1.5 with step pattern symmetric2 (Sakoe and Chiba, 1978), in one
/// peculiarity as well: two sequences of one frame each (sounds of 441 samples or less) are taken as
/// sequences of 40 frames of one value. 0 for equal sounds. The sounds may differ in length.
double wmfcc(const MfccSequence& a, const MfccSequence& b);

}  // namespace patchpilot
