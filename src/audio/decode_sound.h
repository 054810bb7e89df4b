#pragma once

#include "audio/buffer.h"

#include <cstdint>
#include <span>
#include <string>

namespace patchpilot {

/// Decodes a sound file that is in memory, of any format that libsndfile knows. For files that Patch Pilot
/// has written itself: what people bring is read by `readSound`, which says more of what is wrong with it.
/// @param name  of what the bytes are, for the message
/// @return the sound at the file's rate, with the file's channels
/// @throws Error (input) if the bytes are no sound, are cut short, or say that they hold more than an hour
AudioBuffer decodeSound(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace patchpilot
