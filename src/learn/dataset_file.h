#pragma once

#include "embed/training.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace patchpilot {

/// Groups on disk, one after the other, each with a hash: what a kill has left half written is dropped on
/// opening.
class DatasetFile {
 public:
  /// Makes a file, or opens one and reads its groups.
  /// @param name  of the data, see `datasetName`
  /// @throws Error (input) where it is no such file, or of other data; Error (system) where it cannot be
  /// written
  DatasetFile(const std::filesystem::path& path, const std::string& name);

  /// Those that were there when it was opened, in their order; to be taken away.
  std::vector<SoundGroup>& groups() { return groups_; }

  /// Writes one behind the others. @throws Error (system): disk full
  void append(const SoundGroup& group);

 private:
  void readGroups();

  std::filesystem::path path_;
  std::fstream stream_;
  std::vector<SoundGroup> groups_;
};

}  // namespace patchpilot
