#pragma once

#include "audio/buffer.h"
#include "daw/sound_part.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace patchpilot {

class SoundRing;

/// The lowest and the highest sample of a stretch, of all channels.
struct Peak {
  float low = 0, high = 0;
};

/// @return `columns` peaks, each of an equal share of the sound
std::vector<Peak> peaksOf(const AudioBuffer& sound, std::size_t columns);

/// The peaks of what a ring holds, read as it grows.
class RingPeaks {
 public:
  /// Frames of one peak.
  static constexpr std::size_t kFrames = 256;

  /// Reads what was written since the last call. @return whether there was anything
  bool update(const SoundRing& ring);

  /// Oldest first; as many as the ring holds.
  const std::vector<Peak>& peaks() const { return peaks_; }

  /// The highest level in the newest of them, linear.
  float level() const;

 private:
  const SoundRing* ring_ = nullptr;  ///< that was read, to know another
  std::uint64_t read_ = 0;
  std::vector<Peak> peaks_;
};

/// The last note in a sound, by its level alone: from its onset until it has died away or the sound ends. All
/// of the sound if there is no onset in it.
Part lastNote(const AudioBuffer& sound);

}  // namespace patchpilot
