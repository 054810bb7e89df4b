#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// The key at which a sound was recorded, as something says that is no sound.
struct RootKey {
  int note = 60;       ///< MIDI note 0..127
  std::string source;  ///< for messages: "smpl chunk"
};

/// Bytes of a file that are read differently.
struct HeaderPatch {
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> bytes;
};

/// What the header of a sound file says, and where it contradicts the file. Of WAV (RIFF, RIFX, RF64), W64,
/// AIFF and AU; empty for any other format.
struct SoundHeader {
  /// Sizes that a recorder never wrote, because it lost power or wrote to a pipe, as they should be.
  std::vector<HeaderPatch> patches;
  std::uint64_t begin = 0;  ///< where the file really begins; offsets of patches count from here
  std::optional<std::uint64_t>
      omitted;  ///< a byte that is left out after patching, which evens out a missing pad byte
  bool readsOtherwise() const { return begin > 0 || omitted || !patches.empty(); }

  std::string correction;    ///< one line about the patches, for the user; empty if there are none
  bool rateMissing = false;  ///< the file says 0 Hz or the like, and nothing else in it tells the rate
  std::vector<RootKey>
      rootKeys;  ///< of the chunks `smpl`, `inst`, `acid` (WAV) and `INST` (AIFF), in that order
  /// Samples in one cycle of a wavetable, 0 for any other sound. Serum's `clm `, Surge's `srge` and
  /// u-he's `uhWT` chunks mark one.
  std::size_t cycleFrames = 0;
};

/// Reads the header of a file. Never throws for its content: what is no such header gives an empty answer.
/// @param path  a file that can be opened
SoundHeader readSoundHeader(const std::filesystem::path& path);

}  // namespace patchpilot
