#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "audio/buffer.h"
#include "audio/sound_header.h"

namespace patchpilot {

struct ReadOptions {
  std::optional<double> startSeconds;     ///< where to begin, 0 or more; the beginning if empty
  std::optional<double> durationSeconds;  ///< how much to read, above 0; up to the end if empty
  double maxSeconds = 600;                ///< a longer part is refused, before it is decoded
};

/// A sound as it was read, and what its file holds.
struct SoundFile {
  AudioBuffer sound;  ///< two channels at 44.1 kHz, finite and not silent
  int fileChannels = 0;
  double fileRateHz = 0;
  double fileSeconds = 0;         ///< the whole file, not only the part that was read
  std::vector<RootKey> rootKeys;  ///< see `SoundHeader`
  std::size_t cycleFrames = 0;    ///< see `SoundHeader`
  AudioBuffer stored;  ///< at the file's rate, if it is a wavetable or has at most 4,096 samples; else empty
  std::vector<std::string>
      notes;  ///< what was read otherwise than the file says, one line each, for the user
};

/// Reads a sound file of any format that libsndfile knows, at any rate (resampled by soxr, high
/// quality), or the part of it that `options` asks for; nothing else is decoded. One channel is
/// copied to both sides; of more than two channels, every one goes to both sides at equal weight,
/// 1 / channels, so that nothing clips. A file that does not say how long it is, or says it wrongly, is read
/// as far as there is sound.
/// @throws Error (input), one line with file, value and remedy: missing, a directory, no permission, not a
/// sound, no frames, no rate, longer than `maxSeconds`, start beyond the end, NaN or infinite samples (with
/// the place of the first), silence (no sample above -80 dB)
/// @throws Error (usage) for a negative start, or a duration that is not above 0
SoundFile readSound(const std::filesystem::path& path, const ReadOptions& options = {});

/// Writes a 32-bit float WAV of any number of channels, whole or not at all; equal sounds give equal
/// bytes. @throws Error (system): no permission, disk full, no such folder.
void writeWav(const std::filesystem::path& path, const AudioBuffer& sound);

/// The same with what the chunks of a file said: its first root key, as `smpl` chunk, and the cycle of a
/// wavetable, as `clm ` chunk. `stored` is written if there is one.
void writeWav(const std::filesystem::path& path, const SoundFile& sound);

/// The bytes of the file that `writeWav` would write.
std::vector<std::uint8_t> wavBytes(const AudioBuffer& sound);

/// An MP3, for listening only: about 60 KB for 4 s. Samples beyond full scale are clipped.
std::vector<std::uint8_t> mp3Bytes(const AudioBuffer& sound);

/// Writes `mp3Bytes` to a file. @throws Error as `writeWav`
void writeMp3(const std::filesystem::path& path, const AudioBuffer& sound);

/// A sound in two channels at 44.1 kHz as FLAC, in memory.
struct Flac {
  std::vector<std::uint8_t> bytes;
  /// The factor by which the samples were multiplied: FLAC clips at full scale, and quantizes quiet sounds
  /// coarsely.
  double scale = 1;
};

/// Encodes at 24 bits, the loudest sample brought to full scale. @param left, right  of equal length, finite
Flac encodeFlac(std::span<const float> left, std::span<const float> right);

/// @return what `encodeFlac` was given, to within 2^-23 of its loudest sample
/// @throws Error (input) where the bytes are damaged; `name` says of what, in the message
AudioBuffer decodeFlac(const Flac& flac, const std::string& name);

}  // namespace patchpilot
