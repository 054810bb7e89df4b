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
    const Bytes bytes = readFile(cacheFolder() / name);
    MessageReader reader(bytes);
    std::uint16_t found = 0;
    Content content;
    reader(found);
    if (found == version) {
      reader(content);
      reader.requireEnd();
      return content;
    }
  } catch (const std::exception&) {
    // Nothing depends on a cache but time.
  }
  return {};
}

/// Writes it. A file that cannot be written costs time and is no error.
template <typename Content>
void writeCacheFile(std::string_view name, std::uint16_t version, const Content& content) {
  try {
    MessageWriter writer;
    writer(version, content);
    std::filesystem::create_directories(cacheFolder());
    writeFileAtomically(cacheFolder() / name, std::span<const std::uint8_t>(writer.bytes));
  } catch (const std::exception&) {
    // The next program takes longer.
  }
}

}  // namespace patchpilot
