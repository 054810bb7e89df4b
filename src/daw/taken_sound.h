#pragma once

#include "client/server_client.h"
#include "daw/sound_part.h"
#include "daw/sound_ring.h"

#include <filesystem>
#include <optional>
#include <string>

namespace patchpilot {

/// A sound that was taken from the track or from a file, at 44.1 kHz in two channels.
struct TakenSound {
  AudioBuffer audio;
  std::string name;
  std::optional<double> timelineSeconds;  ///< where it begins on the host's timeline
};

/// A sound, and the part of it that will be matched.
struct MarkedSound {
  TakenSound sound;
  Part part;
  std::string notice;  ///< what was left out, for a person; empty: nothing
};

/// Frames of a ring, as `SoundRing::written` counts them.
struct RingFrames {
  std::uint64_t begin = 0, end = 0;
};

/// Takes all that a ring holds. @param marked  none: the last note is marked
/// @throws Error (input) if nothing was written yet. @param ring  may be null: then nothing was
MarkedSound takenFromRing(const SoundRing* ring, const std::optional<RingFrames>& marked = {});

/// Takes the first minute of a sound file, of any format that the server reads. All of that is marked, as far
/// as it can be matched.
/// @param bytes  of the file. @throws Error as `ServerClient`
MarkedSound takenFromFile(const std::filesystem::path& file, const Bytes& bytes, ServerClient& client);

/// A WAV that the server has written, in two channels. @throws Error (input) if it is none
AudioBuffer decodedFromServer(const Bytes& bytes);

}  // namespace patchpilot
