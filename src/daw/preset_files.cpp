#include "daw/preset_files.h"

#include "base/error.h"
#include "base/places.h"

#include <archive.h>
#include <archive_entry.h>

#include <chrono>
#include <memory>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr auto kKept = std::chrono::hours(7 * 24);
constexpr std::size_t kMostEntries = 1000, kMostBytes = 64 << 20;

fs::path presetsFolder() { return cacheFolder() / "daw"; }

void removeOld() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(presetsFolder(), error)) {
    const auto written = fs::last_write_time(entry.path(), error);
    if (!error && fs::file_time_type::clock::now() - written > kKept) fs::remove_all(entry.path(), error);
  }
}

bool isPacked(const Bytes& bytes) { return bytes.size() > 4 && bytes[0] == 'P' && bytes[1] == 'K'; }

/// A path that stays where it is put.
bool isInside(const fs::path& path) {
  if (path.empty() || path.is_absolute()) return false;
  for (const fs::path& part : path)
    if (part == "..") return false;
  return true;
}

void unpack(const Bytes& bytes, const std::string& name, const fs::path& folder) {
  const std::unique_ptr<archive, decltype(&archive_read_free)> packed(archive_read_new(), archive_read_free);
  archive_read_support_format_zip(packed.get());
  if (archive_read_open_memory(packed.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    failInput("the preset {} is damaged: it is no ZIP file", name);
  std::size_t entries = 0, total = 0;
  archive_entry* entry = nullptr;
  for (int status; (status = archive_read_next_header(packed.get(), &entry)) != ARCHIVE_EOF;) {
    if (status != ARCHIVE_OK || ++entries > kMostEntries) failInput("the preset {} is damaged", name);
    const char* text = archive_entry_pathname_utf8(entry);
    const fs::path path = text != nullptr ? text : "";
    if (!isInside(path)) failInput("the preset {} holds a path that leads out of it", name);
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    Bytes content;
    std::uint8_t block[1 << 16];
    for (la_ssize_t count; (count = archive_read_data(packed.get(), block, sizeof block)) != 0;) {
      if (count < 0 || (total += std::size_t(count)) > kMostBytes)
        failInput("the preset {} is damaged", name);
      content.insert(content.end(), block, block + count);
    }
    fs::create_directories((folder / path).parent_path());
    writeFileAtomically(folder / path, content);
  }
  if (entries == 0) failInput("the preset {} is damaged: it is empty", name);
}

/// The bundle in what was unpacked: a folder that holds more than one other folder.
fs::path bundleIn(const fs::path& folder) {
  fs::path only;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!only.empty() || !entry.is_directory()) return folder;
    only = entry.path();
  }
  return only.empty() ? folder : bundleIn(only);
}

}  // namespace

fs::path savePresetFile(const std::string& key, const std::string& name, const Bytes& bytes) {
  const fs::path file = fs::path(name).filename();
  if (file.empty() || file == "." || file == "..") failInput("'{}' is no name of a preset", name);
  removeOld();
  const fs::path folder = presetsFolder() / contentHash(key).substr(0, 16);
  try {
    fs::create_directories(folder);
    if (!isPacked(bytes)) {
      writeFileAtomically(folder / file, bytes);
      return folder / file;
    }
    const StagedDirectory unpacked(folder / "unpacked", true);  // never put in place
    unpack(bytes, name, unpacked.path());
    fs::remove_all(folder / file);
    fs::rename(bundleIn(unpacked.path()), folder / file);
    return folder / file;
  } catch (const fs::filesystem_error& error) {
    failSystem("cannot write {}: {}", (folder / file).string(), error.code().message());
  }
}

}  // namespace patchpilot
