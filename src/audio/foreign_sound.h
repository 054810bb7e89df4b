#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace patchpilot {

/// What a file is that is none of the sound formats that are read, and what would help: "MPEG-4 audio (AAC or
/// ALAC); convert it: ffmpeg -i phone.m4a phone.wav".
/// @param head  the first bytes of the file, 16 or more if it has so many
/// @return nothing for a file of unknown kind
std::optional<std::string> foreignSound(const std::filesystem::path& file,
                                        std::span<const std::uint8_t> head);

}  // namespace patchpilot
