#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

namespace patchpilot {

/// The layout of the renders in the memory that the main program shares with a worker. Each slot holds a word
/// with which the main program stops the render in progress, then the left channel, then the right one.
class RenderSlots {
 public:
  /// @param memory  zeros at first, of `bytes` or more
  /// @param frames  that a slot holds of each channel
  RenderSlots(void* memory, std::size_t frames) : memory_(static_cast<std::byte*>(memory)), frames_(frames) {}

  static std::size_t bytes(std::size_t slots, std::size_t frames) { return slots * slotBytes(frames); }

  float* left(std::size_t slot) const {
    return reinterpret_cast<float*>(memory_ + slot * slotBytes(frames_) + kLine);
  }
  float* right(std::size_t slot) const { return left(slot) + frames_; }

  /// Not 0: the rest of the render is not wanted.
  std::atomic<std::uint32_t>& stop(std::size_t slot) const {
    return *std::launder(reinterpret_cast<std::atomic<std::uint32_t>*>(memory_ + slot * slotBytes(frames_)));
  }

 private:
  /// The word is looked at between blocks of audio: in a line of its own it disturbs none.
  static constexpr std::size_t kLine = 64;
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "two processes share it");

  static std::size_t slotBytes(std::size_t frames) {
    return kLine + (2 * frames * sizeof(float) + kLine - 1) / kLine * kLine;
  }

  std::byte* memory_;
  std::size_t frames_;
};

}  // namespace patchpilot
