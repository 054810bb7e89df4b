#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "audio/buffer.h"

namespace patchpilot {

/// Both channels of a sound between zeros, so that frames centred on its first and last samples can be
/// cut from it, and the whole last batch of `kLanes` frames, of which only one need be a frame. Keep one
/// for each thread and assign to it: allocating the memory costs as much as using it.
struct PaddedSound {
  static constexpr std::size_t kMaxWindow = 4410, kMaxHop = 2205;
  static constexpr std::size_t kOrigin = kMaxWindow / 2;  ///< where the first sample is

  std::size_t samples = 0;   ///< length of the sound
  std::size_t sounding = 0;  ///< all samples from this one on are zero: most notes end before the sound does
  bool mono = false;         ///< whether both channels are equal

  /// @param sound at 44.1 kHz, finite samples, at least one frame; one channel is taken as two equal ones
  /// @throws Error (internal) for any other shape or rate
  void assign(const AudioBuffer& sound);

  /// The same of two channels at 44.1 kHz that someone else holds, equally long.
  void assign(std::span<const float> leftSamples, std::span<const float> rightSamples);

  /// From `kOrigin` zeros before the first sample on.
  const float* left() const { return left_.padded.data(); }
  const float* right() const { return mono ? left() : right_.padded.data(); }

  /// Whether every sample is a number.
  bool isFinite() const;

  /// A copy without the zeros, of two channels.
  AudioBuffer sound() const;

 private:
  struct Channel {
    std::vector<float> padded;
    std::size_t usedTo = 0;  ///< all is zero from here on

    void assign(std::span<const float> samples);
  };

  Channel left_, right_;  ///< the right one only where it differs
};

/// @throws Error (internal) where two sounds that `metric` compares frame by frame differ in length
void requireSameLength(const char* metric, std::size_t samplesA, std::size_t samplesB);

}  // namespace patchpilot
