#pragma once

#include "library/database.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// A preset as an index names it.
struct IndexedPreset {
  std::int64_t patch = 0;
  std::string
      path;  ///< from the folder above the synth's folder of presets on: "patches_factory/Leads/Saw.fxp"
  std::string content;  ///< hash of the preset's bytes (`contentHash`)
};

/// Whether a library file is an index: it holds the names, hashes, levels and embeddings of presets, and not
/// the presets themselves, which may not be passed on. @throws Error (input) if it cannot be read
bool isPresetIndex(const std::filesystem::path& library);

/// The presets of a library file, by a connection of its own. Callable by any thread.
class PresetIndex {
 public:
  /// @throws Error (input) if the file cannot be read
  explicit PresetIndex(const std::filesystem::path& library);

  /// The preset that a patch is; nothing if it is none.
  std::optional<IndexedPreset> preset(std::int64_t patch);

  /// All presets that were kept, in the order of their patches.
  std::vector<IndexedPreset> kept();

  /// Whether a preset of this content was looked at, be it kept, silent, broken or a duplicate.
  bool knows(const std::string& content);

 private:
  std::mutex mutex_;
  std::unique_ptr<Database> database_;
};

struct IndexReport {
  std::uint64_t presets = 0;  ///< that the index holds
  std::uint64_t leftOut = 0;  ///< patches that are no presets, or lie in none of the folders
};

/// Writes the index of the presets in a library that lie in the synth's own folders. The file appears whole
/// or not at all.
/// @param folders  the synth's folders of presets (`factoryPresetPaths`)
/// @throws Error (usage) if `out` exists; Error (input) if no preset of the library lies in the folders, or
/// an embedding is not whole; Error (system) if it cannot be written
IndexReport writePresetIndex(const std::filesystem::path& library,
                             const std::vector<std::filesystem::path>& folders,
                             const std::filesystem::path& out);

}  // namespace patchpilot
