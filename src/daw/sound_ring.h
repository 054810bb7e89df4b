#pragma once

#include "audio/buffer.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace patchpilot {

/// A part of what a track played.
struct Recording {
  AudioBuffer sound;        ///< at the track's rate
  std::uint64_t begin = 0;  ///< its first frame, as `SoundRing::written` counts
  /// Where its first frame lay on the host's timeline, in samples; nothing if the host stood still then.
  std::optional<std::int64_t> timeline;
};

/// The last seconds of a track. One thread writes, the audio thread, which never waits: it takes no lock and
/// allocates nothing. Any other thread may read; what is overwritten while it reads is left out.
///
/// Silence of more than a second is not written, so that what was played last is still there after a pause.
class SoundRing {
 public:
  /// @param channels  1 or more. @param seconds  how much it holds, above 0
  SoundRing(int channels, double sampleRateHz, double seconds);

  /// @param channels  `count` pointers to `frames` samples; a ring of more channels is given silence in the
  /// others
  /// @param timeline  position of the first frame on the host's timeline; nothing if it stands still
  void write(const float* const* channels, int count, int frames,
             std::optional<std::int64_t> timeline) noexcept;

  /// How many frames were written since it was made.
  std::uint64_t written() const { return written_.load(std::memory_order_acquire); }

  /// Frames `begin` to `end`, counted as `written` counts them. What is not there any more, or not yet, is
  /// left out at either end.
  Recording read(std::uint64_t begin, std::uint64_t end) const;

  /// All that it holds.
  Recording readAll() const { return read(0, written()); }

  int channels() const { return channels_; }
  double sampleRateHz() const { return sampleRateHz_; }
  std::size_t capacity() const { return capacity_; }

 private:
  /// From a frame on, the timeline is so far ahead of the frame count.
  struct Anchor {
    std::atomic<std::uint64_t> frame{0};
    std::atomic<std::int64_t> offset{0};
  };
  static constexpr std::size_t kAnchors = 256;
  static constexpr std::int64_t kStandsStill = INT64_MIN;

  void note(std::uint64_t frame, std::int64_t offset) noexcept;
  std::optional<std::int64_t> timelineOf(std::uint64_t frame) const;

  const int channels_;
  const double sampleRateHz_;
  const std::size_t capacity_;               ///< in frames
  std::vector<std::atomic<float>> samples_;  ///< interleaved
  std::atomic<std::uint64_t> begun_{0};      ///< frames that are being written or were
  std::atomic<std::uint64_t> written_{0};
  std::array<Anchor, kAnchors> anchors_;
  std::atomic<std::uint64_t> anchorCount_{0};
  std::int64_t lastOffset_ = kStandsStill;  // of the writer
  std::uint64_t silentFrames_ = 0;          // of the writer
};

}  // namespace patchpilot
