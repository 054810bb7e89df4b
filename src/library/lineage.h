#pragma once

#include "library/library_file.h"

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace patchpilot {

/// Which presets the patches of a library came from. A preset is named by its `presetHash`es: as it was
/// found, as the synth saved it after loading, and those of its duplicates.
class Lineage {
 public:
  explicit Lineage(LibraryFile& file) : file_(file) {}

  /// Adds sources of a patch, in the caller's transaction.
  /// @param own  whether they name the patch itself, a preset, or presets that it was derived from
  void add(std::int64_t patch, const std::vector<std::string>& sources, bool own);

  /// The presets that a patch came from: of a preset its own hashes and those of its duplicates; of a patch
  /// perturbed or crossed from presets, all hashes of theirs. Empty for a patch drawn from the space.
  std::vector<std::string> sources(std::int64_t patch);

  /// These hashes, and the others of the presets that have one of them: a preset that was found twice under
  /// two hashes has both.
  std::set<std::string> withDuplicates(const std::set<std::string>& sources);

  /// The patches that came from any of these presets, which are taken as they are: see `withDuplicates`.
  std::unordered_set<std::int64_t> patchesFrom(const std::set<std::string>& sources);

  /// The preset that has this hash among its own, not one derived from it; 0 if there is none.
  std::int64_t presetWith(const std::string& source);

 private:
  LibraryFile& file_;
};

}  // namespace patchpilot
