#pragma once

#include "base/files.h"
#include "data/append_file.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

/// A file of blocks of any length, appended one after the other. A block that a kill left half written is
/// dropped when the file is opened again.
///
/// All numbers are little-endian: a magic text of the caller's, the 32 hexadecimal digits of the content's
/// hash and a line feed; then for each block its length (64 bits), its checksum (64 bits, XXH3) and its
/// bytes.
class BlockFile {
 public:
  /// What kind of file it is, and how a file that does not fit is refused.
  struct Kind {
    std::string_view magic;         ///< kind and version, ends in a line feed
    std::string_view notThisKind;   ///< follows the file's name in the message: "holds no ..."
    std::string_view otherContent;  ///< the same for a file of other content
  };

  /// Makes a file, or opens one and reads its blocks.
  /// @param content  names what the blocks are made from
  /// @throws Error (input) if it is no such file, or of other content; Error (system) if it cannot be
  /// written, or another writer has it open
  BlockFile(const std::filesystem::path& path, const Kind& kind, std::string_view content);

  /// The blocks that were there when it was opened, in their order; the caller may move them out.
  std::vector<Bytes>& blocks() { return blocks_; }

  /// Appends one and flushes it. @throws Error (system) if the disk is full
  void append(std::span<const std::uint8_t> block);

 private:
  std::vector<Bytes> blocks_;
  std::optional<AppendFile> out_;
};

}  // namespace patchpilot
