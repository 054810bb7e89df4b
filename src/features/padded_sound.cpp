#include "features/padded_sound.h"

#include <algorithm>
#include <cstring>

#include "audio/level.h"
#include "base/error.h"
#include "features/lane_kernels.h"

namespace patchpilot {
namespace {

/// Bits first, as that is quicker; a zero has two of them.
bool areEqual(std::span<const float> a, std::span<const float> b) {
  return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0 || std::equal(a.begin(), a.end(), b.begin());
}

std::size_t behindLastOf(std::span<const float> samples) {
  std::size_t end = samples.size();
  while (end > 0 && samples[end - 1] == 0) --end;
  return end;
}

}  // namespace

void PaddedSound::Channel::assign(std::span<const float> samples) {
  constexpr std::size_t kBehind = kMaxWindow + kLanes * kMaxHop + kMaxWindow;
  if (padded.size() < samples.size() + kBehind) padded.resize(samples.size() + kBehind);
  const auto end = std::copy(samples.begin(), samples.end(), padded.begin() + kOrigin);
  // What a longer sound has left there, as far as a frame reaches: a part and a whole come by turns.
  const auto used = padded.begin() + std::ptrdiff_t(usedTo),
             reached = padded.begin() + std::ptrdiff_t(samples.size() + kBehind);
  if (used > end) std::fill(end, std::min(used, reached), 0.0f);
  if (used <= reached) usedTo = kOrigin + samples.size();
}

bool PaddedSound::isFinite() const {
  return !containsNonFinite({left() + kOrigin, samples}) &&
         (mono || !containsNonFinite({right() + kOrigin, samples}));
}

AudioBuffer PaddedSound::sound() const {
  AudioBuffer copy(kChannels, samples);
  std::copy_n(left() + kOrigin, samples, copy.channel(0).begin());
  std::copy_n(right() + kOrigin, samples, copy.channel(1).begin());
  return copy;
}

void PaddedSound::assign(const AudioBuffer& sound) {
  if (sound.frames() == 0 || sound.channels() < 1 || sound.channels() > kChannels ||
      sound.sampleRateHz() != kSampleRateHz) {
    throw Error(ExitCode::internal,
                fmt::format("distances of a sound of {} frames, {} channels, {} Hz: they take one "
                            "frame or more, 1 or 2 channels, 44100 Hz",
                            sound.frames(), sound.channels(), sound.sampleRateHz()));
  }
  assign(sound.channel(0), sound.channel(sound.channels() - 1));
}

void PaddedSound::assign(std::span<const float> leftSamples, std::span<const float> rightSamples) {
  if (leftSamples.empty() || leftSamples.size() != rightSamples.size())
    throw Error(ExitCode::internal, fmt::format("distances of channels of {} and {} samples",
                                                leftSamples.size(), rightSamples.size()));
  samples = leftSamples.size();
  mono = areEqual(leftSamples, rightSamples);
  sounding = behindLastOf(leftSamples);
  left_.assign(leftSamples);
  if (mono) return;
  sounding = std::max(sounding, behindLastOf(rightSamples));
  right_.assign(rightSamples);
}

void requireSameLength(const char* metric, std::size_t samplesA, std::size_t samplesB) {
  if (samplesA != samplesB) {
    throw Error(ExitCode::internal,
                fmt::format("{} of sounds of {} and {} samples: they must be equally long", metric, samplesA,
                            samplesB));
  }
}

}  // namespace patchpilot
