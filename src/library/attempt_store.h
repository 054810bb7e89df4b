#pragma once

#include "library/library_file.h"
#include "library/row.h"
#include "synth/patch.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace patchpilot {

/// What has become of one attempt at a patch.
struct LibraryAttempt {
  enum class Fate { kept, silent, skipped };

  std::uint64_t index = 0;
  Fate fate = Fate::kept;
  Patch patch;
  std::vector<LibraryRow> rows;      ///< if kept: those that are audible
  std::string problem;               ///< if skipped
  std::vector<std::string> sources;  ///< `presetHash`es of the presets that it came from; see `Lineage`
};

/// The attempts by which `library build` has filled a library: each drew a patch, which was kept, silent or
/// failed.
class AttemptStore {
 public:
  explicit AttemptStore(LibraryFile& file) : file_(file) {}

  /// Writes a batch in one transaction. @param nextAttempt  at which building goes on after it
  /// @throws Error (input) if a vector is of another length than its embedding's, or not of numbers
  void append(const std::vector<LibraryAttempt>& batch, std::uint64_t nextAttempt);

  /// The kept attempts whose patches' ids come after `id`, at most `limit`, as `append` took them.
  std::vector<LibraryAttempt> keptAfter(std::int64_t id, int limit);

  /// All attempts that were skipped, and why.
  std::map<std::uint64_t, std::string> skipped();

  /// What was skipped and why, for people, at most `limit` entries.
  std::vector<std::string> skippedProblems(int limit);

 private:
  LibraryFile& file_;
};

}  // namespace patchpilot
