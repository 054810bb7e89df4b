#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "audio/buffer.h"
#include "features/padded_sound.h"

namespace patchpilot {

/// The log-mel spectrograms of one sound that MSS compares: prepare a target once, then compare any
/// number of renders with it. In dB below the loudest value of the whole sound, floor -80.
class MssSpectrum {
 public:
  /// The three resolutions. Windows (and FFTs) of 10, 25 and 100 ms, hops of half of that or less.
  struct Scale {
    std::size_t window, hop, bands;
  };
  static constexpr std::array<Scale, 3> kScales{{{441, 220, 32}, {1102, 441, 64}, {4410, 2205, 128}}};

  static constexpr float kFloorDb = -80;

  std::size_t samples() const { return samples_; }  ///< length of the sound
  std::size_t frames(std::size_t scale) const { return tables_[scale].frames; }

  /// Whether both channels are equal, and kept once: half the work, and most synths' patches are so.
  bool mono() const { return channels_ == 1; }

  /// One value in dB, -80..0.
  float at(std::size_t scale, int channel, std::size_t band, std::size_t frame) const;

 private:
  friend MssSpectrum mssSpectrum(const PaddedSound& sound);
  friend double mss(const MssSpectrum& a, const MssSpectrum& b);

  /// batches x `channels_` x bands x kLanes: frame i is lane i % kLanes of batch i / kLanes.
  /// The lanes beyond the last frame are 0.
  struct Table {
    std::size_t frames = 0;
    std::vector<float> decibels;
  };

  std::size_t samples_ = 0;
  std::size_t channels_ = 2;
  std::array<Table, 3> tables_;
};

/// Computes what librosa 0.10 does with float32 sound `y` of shape (2, samples), for each scale:
/// `power_to_db(melspectrogram(y=y, sr=44100, n_fft=window, hop_length=hop, n_mels=bands,
/// pad_mode="constant"), ref=np.max)`, so the level of the sound does not matter.
/// @param sound at 44.1 kHz, finite samples, at least one frame; one channel is taken as two equal ones
/// @throws Error (internal) for any other shape or rate
MssSpectrum mssSpectrum(const AudioBuffer& sound);
MssSpectrum mssSpectrum(const PaddedSound& sound);
MssSpectrum mssSpectrum(std::span<const float> left, std::span<const float> right);

/// The same; nothing where a sample is no number.
std::optional<MssSpectrum> finiteMssSpectrum(std::span<const float> left, std::span<const float> right);

/// Multi-scale spectral distance (MSS) of two sounds, in dB: the mean absolute difference of their
/// log-mel spectrograms over both channels, all bands and frames, averaged over the three scales
/// (arXiv 2506.07199). 0 for equal sounds; two silences are equal.
/// @throws Error (internal) where the sounds differ in length: cut or pad one of them first
double mss(const MssSpectrum& a, const MssSpectrum& b);

}  // namespace patchpilot
