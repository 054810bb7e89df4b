#pragma once

#include "base/files.h"
#include "base/places.h"
#include "protocol/codec.h"

#include <string_view>

namespace patchpilot {

/// Reads a struct from a file in `cacheFolder()`; its fields are those that `visitFields` names, as in a
/// message.
/// @param version  of the file's content
/// @return an empty struct if the file is missing, damaged or of another version: what it held is made anew
template <typename Content>
Content readCacheFile(std::string_view name, std::uint16_t version) {
  try {
    return decodeMessage<Content>(version, readFile(cacheFolder() / name));
  } catch (const std::exception&) {
    return {};  // nothing depends on a cache but time
  }
}

/// Writes it. A file that cannot be written costs time and is no error.
template <typename Content>
void writeCacheFile(std::string_view name, std::uint16_t version, const Content& content) {
  try {
    const Bytes bytes = encodeMessage(version, content);
    std::filesystem::create_directories(cacheFolder());
    writeFileAtomically(cacheFolder() / name, std::span<const std::uint8_t>(bytes));
  } catch (const std::exception&) {
    // The next program takes longer.
  }
}

}  // namespace patchpilot
