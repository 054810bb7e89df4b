#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace patchpilot {

using Bytes = std::vector<std::uint8_t>;

/// Reads a whole file.
/// @param maxBytes a larger file is refused: a preset of a gigabyte is none.
/// @throws Error (input) that names the file: missing, a directory, unreadable, too large.
Bytes readFile(const std::filesystem::path& path, std::uintmax_t maxBytes = 256u << 20);

/// Reads a whole file as text. @throws as `readFile`.
std::string readTextFile(const std::filesystem::path& path);

/// Writes a file so that it appears whole or not at all: to a temporary name beside it,
/// flushed to disk, then renamed. Several threads and processes may write one file at once: the last wins.
/// @throws Error (system): disk full, no permission.
void writeFileAtomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
void writeFileAtomically(const std::filesystem::path& path, std::string_view text);

/// Writes a new file, which appears whole or not at all. @return false, with nothing written, where there is
/// a file of that name already, even one that another program has just made. @throws Error (system).
bool writeNewFile(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

/// The name of a hidden file beside another: ".NAME.ENDING". No file system takes more than 255 bytes: of a
/// name of more than 200, its beginning and a hash stand for it. @param ending  at most 40 bytes
std::string hiddenName(std::string_view name, std::string_view ending);

/// A folder that appears whole or not at all. Files are written under `path()`, a hidden
/// folder beside the final one; `commit` renames it. Destroyed without `commit`, it is removed.
class StagedDirectory {
 public:
  /// @param replace whether an existing `final` may be replaced, at `commit`
  /// @throws Error (usage) if `final` exists and `replace` is false, or if its name is too long; (system) if
  /// it cannot be made
  StagedDirectory(const std::filesystem::path& final, bool replace);
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

  const std::filesystem::path& path() const { return staging_; }

  /// Puts the folder in its place. @throws Error (system).
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path staging_;
  bool replace_;
  bool committed_ = false;
};

/// 128-bit content hash (XXH3), as 32 hexadecimal digits. Not for security.
std::string contentHash(std::span<const std::uint8_t> bytes);
std::string contentHash(std::string_view text);

}  // namespace patchpilot
