#pragma once

#include "audio/fft.h"
#include "embed/mel_envelope.h"
#include "features/mel.h"

#include <array>
#include <span>
#include <vector>

namespace patchpilot {

/// What a trained embedder's network is told of a sound of up to 4 s: 2,920 numbers, everything in decibels
/// below the sound's own maximum, 0 for -80 dB and 1 for 0 dB, so that loudness does not count.
///
/// One part after the other:
/// - mel: the power in 64 bands in 24 stretches of time, which are shorter near the onset
///   (`kMelSlots x kMelBands`);
/// - keys: the power at each of 120 keys, MIDI 16 to 135, in 8 windows of 186 ms (`kKeySlots x kKeys`). A
/// network
///   that is told the note looks at the keys from an octave below it on, and so at harmonics, whatever the
///   note;
/// - envelope: the level in 64 steps, which are shorter near the onset;
/// - width: how much of the power in 4 stretches lies in the difference of the channels, and how much of it
/// on
///   the left (`2 x 4`, 0..1);
/// - the vector of `MelEnvelopeEmbedder`, whose decibels run from -1 to 0 and are scaled as they are there.
class SoundImage {
 public:
  static constexpr const char* kName = "sound-image";  ///< as model files call it
  static constexpr int kVersion = 1;                   ///< changes with any value
  static constexpr std::size_t kMelSlots = 24, kMelBands = 64;
  static constexpr std::size_t kKeySlots = 8, kKeys = 120, kLowestKey = 16;
  static constexpr std::size_t kEnvelopeSteps = 64, kWidthStretches = 4, kMelEnvelope = 352;
  static constexpr std::size_t kFirstKey = kMelSlots * kMelBands;
  static constexpr std::size_t kFirstStep = kFirstKey + kKeySlots * kKeys;
  static constexpr std::size_t kFirstWidth = kFirstStep + kEnvelopeSteps;
  static constexpr std::size_t kFirstMelEnvelope = kFirstWidth + 2 * kWidthStretches;
  static constexpr std::size_t kValues = kFirstMelEnvelope + kMelEnvelope;

  SoundImage();

  /// Safe to call from several threads.
  /// @param left, right  at 44.1 kHz, of equal length, any length; beyond the end it is silent
  /// @param values       `kValues`
  void operator()(std::span<const float> left, std::span<const float> right, std::span<float> values) const;

 private:
  struct Window {
    std::size_t firstFrame;
    std::size_t slot;
  };
  struct Sound;

  void paintMel(const Sound& sound, std::span<float> values) const;
  void paintKeys(const Sound& sound, std::span<float> values) const;
  void paintEnvelope(const Sound& sound, std::span<float> values) const;
  void paintWidth(const Sound& sound, std::span<float> values) const;

  RealFft melFft_, keyFft_;
  std::vector<float> melWindow_, keyWindow_;
  MelFilterbank mel_;
  std::vector<MelFilterbank::Band> keys_;
  std::vector<Window> windows_;
  MelEnvelopeEmbedder melEnvelope_;
};

}  // namespace patchpilot
