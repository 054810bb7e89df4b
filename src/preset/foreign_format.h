#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace patchpilot {

/// What a file is that people keep among presets, and that is none which is read here.
struct ForeignFormat {
  std::string what;  ///< "a preset of Vital"
  std::string help;  ///< what would help, without a subject: "open it in Vital and save it as .vstpreset"
};

/// Tells archives, presets in formats of other programs, sounds and the like by their first bytes or their
/// extension.
/// @param head  the first bytes of the file, 16 or more if it has so many; none if they could not be read
/// @return nothing for a file of unknown kind, and for the formats that are read
std::optional<ForeignFormat> foreignFormat(const std::filesystem::path& file,
                                           std::span<const std::uint8_t> head);

}  // namespace patchpilot
