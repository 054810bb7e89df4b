#include "features/padded_sound.h"

#include <algorithm>

#include "base/error.h"
#include "features/lane_kernels.h"

namespace patchpilot {
namespace {

void padInto(std::vector<float>& padded, std::span<const float> samples) {
  constexpr std::size_t kBehind = PaddedSound::kMaxWindow + kLanes * PaddedSound::kMaxHop + PaddedSound::kMaxWindow;
  padded.resize(samples.size() + kBehind);
  std::fill(padded.begin(), padded.begin() + PaddedSound::kOrigin, 0.0f);
  const auto end = std::copy(samples.begin(), samples.end(), padded.begin() + PaddedSound::kOrigin);
  std::fill(end, padded.end(), 0.0f);
}

std::size_t behindLastOf(std::span<const float> samples) {
  std::size_t end = samples.size();
  while (end > 0 && samples[end - 1] == 0) --end;
  return end;
}

}  // namespace

void PaddedSound::assign(const AudioBuffer& sound) {
  if (sound.frames() == 0 || sound.channels() < 1 || sound.channels() > kChannels ||
      sound.sampleRateHz() != kSampleRateHz) {
    throw Error(ExitCode::internal, fmt::format("distances of a sound of {} frames, {} channels, {} Hz: they take one "
                                                "frame or more, 1 or 2 channels, 44100 Hz",
                                                sound.frames(), sound.channels(), sound.sampleRateHz()));
  }
  assign(sound.channel(0), sound.channel(sound.channels() - 1));
}

void PaddedSound::assign(std::span<const float> leftSamples, std::span<const float> rightSamples) {
  if (leftSamples.empty() || leftSamples.size() != rightSamples.size())
    throw Error(ExitCode::internal, fmt::format("distances of channels of {} and {} samples", leftSamples.size(), rightSamples.size()));
  samples = leftSamples.size();
  sounding = std::max(behindLastOf(leftSamples), behindLastOf(rightSamples));
  padInto(left, leftSamples);
  padInto(right, rightSamples);
  mono = left == right;
}

void requireSameLength(const char* metric, std::size_t samplesA, std::size_t samplesB) {
  if (samplesA != samplesB) {
    throw Error(ExitCode::internal, fmt::format("{} of sounds of {} and {} samples: they must be equally long", metric,
                                                samplesA, samplesB));
  }
}

}  // namespace patchpilot
