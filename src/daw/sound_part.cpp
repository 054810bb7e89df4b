#include "daw/sound_part.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

constexpr double kMarginSeconds = 0.5;

}  // namespace

Part partThatCanBeMatched(Part part, double seconds) {
  part.seconds = std::clamp(part.seconds, kShortestPartSeconds, kLongestPartSeconds);
  part.start = std::clamp(part.start, 0.0, std::max(0.0, seconds - kShortestPartSeconds));
  part.seconds = std::min(part.seconds, seconds - part.start);
  return part;
}

Part withMargin(Part part, double seconds) {
  const double start = std::max(0.0, part.start - kMarginSeconds);
  return {start, std::min(seconds, part.end() + kMarginSeconds) - start};
}

Part joined(Part a, Part b) {
  const double start = std::min(a.start, b.start);
  return {start, std::max(a.end(), b.end()) - start};
}

AudioBuffer cut(const AudioBuffer& sound, Part part) {
  const auto frameOf = [&](double seconds) {
    return std::min(std::size_t(std::llround(std::max(0.0, seconds) * sound.sampleRateHz())), sound.frames());
  };
  const std::size_t begin = frameOf(part.start);
  return sound.slice(begin, frameOf(part.end()) - begin);
}

}  // namespace patchpilot
