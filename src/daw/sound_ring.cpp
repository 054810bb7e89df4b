#include "daw/sound_ring.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// Below -120 dB a sample counts as silence.
constexpr float kSilence = 1e-6f;

constexpr double kKeptSilenceSeconds = 1;

bool isSilent(const float* const* channels, int count, int frames) {
  for (int c = 0; c < count; ++c)
    for (int i = 0; i < frames; ++i)
      if (!(std::abs(channels[c][i]) < kSilence)) return false;
  return true;
}

}  // namespace

SoundRing::SoundRing(int channels, double sampleRateHz, double seconds)
    : channels_(channels),
      sampleRateHz_(sampleRateHz),
      capacity_(std::size_t(std::ceil(seconds * sampleRateHz))),
      samples_(std::size_t(channels) * capacity_) {}

void SoundRing::write(const float* const* channels, int count, int frames,
                      std::optional<std::int64_t> timeline) noexcept {
  if (frames <= 0) return;
  silentFrames_ = isSilent(channels, count, frames) ? silentFrames_ + std::uint64_t(frames) : 0;
  if (double(silentFrames_) > kKeptSilenceSeconds * sampleRateHz_) return;

  // A block that is longer than the ring leaves its end alone.
  const int skipped = std::max(0, frames - int(std::min(capacity_, std::size_t(frames))));
  const std::uint64_t begin = written_.load(std::memory_order_relaxed);
  const std::uint64_t end = begin + std::uint64_t(frames);
  const std::int64_t offset = timeline ? *timeline - std::int64_t(begin) : kStandsStill;
  if (offset != lastOffset_) note(begin, offset);

  // Readers see that these frames go before the first of them is overwritten.
  begun_.store(end, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  for (int i = skipped; i < frames; ++i) {
    const std::size_t at = std::size_t((begin + std::uint64_t(i)) % capacity_) * std::size_t(channels_);
    for (int c = 0; c < channels_; ++c)
      samples_[at + std::size_t(c)].store(c < count ? channels[c][i] : 0.0f, std::memory_order_relaxed);
  }
  written_.store(end, std::memory_order_release);
}

void SoundRing::note(std::uint64_t frame, std::int64_t offset) noexcept {
  const std::uint64_t count = anchorCount_.load(std::memory_order_relaxed);
  Anchor& anchor = anchors_[count % kAnchors];
  anchor.frame.store(frame, std::memory_order_relaxed);
  anchor.offset.store(offset, std::memory_order_relaxed);
  anchorCount_.store(count + 1, std::memory_order_release);
  lastOffset_ = offset;
}

std::optional<std::int64_t> SoundRing::timelineOf(std::uint64_t frame) const {
  const std::uint64_t count = anchorCount_.load(std::memory_order_acquire);
  for (std::uint64_t i = count; i > 0 && count - i < kAnchors - 1; --i) {
    const Anchor& anchor = anchors_[(i - 1) % kAnchors];
    const std::uint64_t begin = anchor.frame.load(std::memory_order_relaxed);
    const std::int64_t offset = anchor.offset.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    // Overwritten while it was read.
    if (anchorCount_.load(std::memory_order_relaxed) >= i - 1 + kAnchors) return std::nullopt;
    if (begin > frame) continue;
    if (offset == kStandsStill) return std::nullopt;
    return offset + std::int64_t(frame);
  }
  return std::nullopt;
}

Recording SoundRing::read(std::uint64_t begin, std::uint64_t end) const {
  end = std::min(end, written());
  const auto oldest = [&](std::uint64_t last) { return last > capacity_ ? last - capacity_ : 0; };
  begin = std::min(std::max(begin, oldest(end)), end);
  AudioBuffer sound(channels_, std::size_t(end - begin), sampleRateHz_);
  for (std::uint64_t frame = begin; frame < end; ++frame) {
    const std::size_t at = std::size_t(frame % capacity_) * std::size_t(channels_);
    for (int c = 0; c < channels_; ++c)
      sound.channel(c)[std::size_t(frame - begin)] =
          samples_[at + std::size_t(c)].load(std::memory_order_relaxed);
  }
  std::atomic_thread_fence(std::memory_order_acquire);
  const std::uint64_t valid = std::min(std::max(begin, oldest(begun_.load(std::memory_order_relaxed))), end);
  if (valid > begin) sound = sound.slice(std::size_t(valid - begin), std::size_t(end - valid));
  return {std::move(sound), valid, timelineOf(valid)};
}

}  // namespace patchpilot
