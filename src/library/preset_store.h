#pragma once

#include "library/library_file.h"
#include "library/row.h"
#include "synth/patch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// What has become of one preset that was to be added.
struct PresetRecord {
  enum class Fate { kept, silent, broken, duplicate };

  std::string content;  ///< hash of the preset as it was found, by which it is known again
  std::string path;     ///< of its file; for one of several in a bundle, its label behind a `#`
  Fate fate = Fate::kept;
  std::string problem;  ///< if broken: why
  Patch patch;
  std::vector<LibraryRow> rows;
  std::vector<std::string> sources;  ///< if kept or a duplicate: its own `presetHash`es
  std::int64_t duplicateOf = 0;      ///< if a duplicate: the patch that stands for it
};

/// A preset that a library keeps.
struct KeptPreset {
  std::int64_t patch = 0;
  std::string path;
};

/// The presets that a library has looked at, and what became of each.
class PresetStore {
 public:
  explicit PresetStore(LibraryFile& file) : file_(file) {}

  /// Writes what became of presets in one transaction. @return ids of the patches, 0 if none was kept
  std::vector<std::int64_t> append(const std::vector<PresetRecord>& batch);

  /// What became of the preset of this content, if it was looked at before: path, fate and problem, and of a
  /// duplicate the patch that stands for it.
  std::optional<PresetRecord> known(const std::string& content);

  /// Notes that the file of a preset lies elsewhere now.
  void move(const std::string& content, const std::string& path);

  /// The presets that were kept, in the order of their ids.
  std::vector<KeptPreset> kept();

 private:
  LibraryFile& file_;
};

}  // namespace patchpilot
