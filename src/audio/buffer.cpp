#include "audio/buffer.h"

#include <algorithm>

namespace patchpilot {

AudioBuffer AudioBuffer::slice(std::size_t firstFrame, std::size_t frameCount) const {
  AudioBuffer result(channels_, frameCount, sampleRateHz_);
  if (firstFrame >= frames_) return result;
  const std::size_t available = std::min(frameCount, frames_ - firstFrame);
  for (int c = 0; c < channels_; ++c) {
    const auto part = channel(c).subspan(firstFrame, available);
    std::copy(part.begin(), part.end(), result.channel(c).begin());
  }
  return result;
}

AudioBuffer AudioBuffer::placedAt(std::size_t firstFrame, std::size_t frameCount) const {
  AudioBuffer result(channels_, frameCount, sampleRateHz_);
  if (firstFrame >= frameCount) return result;
  for (int c = 0; c < channels_; ++c) {
    const auto part = channel(c).first(std::min(frames_, frameCount - firstFrame));
    std::copy(part.begin(), part.end(), result.channel(c).begin() + std::ptrdiff_t(firstFrame));
  }
  return result;
}

}  // namespace patchpilot
