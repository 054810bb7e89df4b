#pragma once

#include "data/block_file.h"
#include "learn/sound_groups.h"

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// Groups on disk, each a block of a `BlockFile`: a group that a kill left half written is dropped on
/// opening.
class DatasetFile {
 public:
  /// Makes a file, or opens one and reads its groups.
  /// @param name  of the data, see `datasetName`
  /// @throws Error (input) if it is no such file, of other data, or damaged; Error (system) if it cannot be
  /// written
  DatasetFile(const std::filesystem::path& path, const std::string& name);

  /// Those that were there when it was opened, in their order; the caller may move them out.
  std::vector<SoundGroup>& groups() { return groups_; }

  /// Adds one behind the others. @throws Error (system) if the disk is full
  void append(const SoundGroup& group);

 private:
  BlockFile file_;
  std::vector<SoundGroup> groups_;
};

}  // namespace patchpilot
