#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace patchpilot {

/// The rate and channel count at which every render is made and every distance is computed.
inline constexpr double kSampleRateHz = 44100.0;
inline constexpr int kChannels = 2;

/// A sound: `channels() x frames()` samples, planar, each channel contiguous, full scale +-1.
/// A plain value; it knows its rate and nothing of where it came from.
class AudioBuffer {
 public:
  AudioBuffer() = default;

  /// Silence of the given shape.
  AudioBuffer(int channels, std::size_t frames, double sampleRateHz = kSampleRateHz)
      : channels_(channels),
        frames_(frames),
        sampleRateHz_(sampleRateHz),
        samples_(static_cast<std::size_t>(channels) * frames) {}

  int channels() const { return channels_; }
  std::size_t frames() const { return frames_; }
  double sampleRateHz() const { return sampleRateHz_; }
  double seconds() const { return sampleRateHz_ > 0 ? double(frames_) / sampleRateHz_ : 0; }

  std::span<float> channel(int index) { return {samples_.data() + std::size_t(index) * frames_, frames_}; }
  std::span<const float> channel(int index) const {
    return {samples_.data() + std::size_t(index) * frames_, frames_};
  }

  /// All samples, channel after channel.
  std::span<float> samples() { return samples_; }
  std::span<const float> samples() const { return samples_; }

  /// The part that begins at `firstFrame` and is `frameCount` long; beyond the end it is silent.
  AudioBuffer slice(std::size_t firstFrame, std::size_t frameCount) const;

  /// A sound of `frameCount` frames in which this one begins at `firstFrame`; what goes beyond its end is
  /// cut.
  AudioBuffer placedAt(std::size_t firstFrame, std::size_t frameCount) const;

 private:
  int channels_ = 0;
  std::size_t frames_ = 0;
  double sampleRateHz_ = kSampleRateHz;
  std::vector<float> samples_;
};

}  // namespace patchpilot
