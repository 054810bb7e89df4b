#pragma once

#include "library/library_file.h"
#include "synth/patch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// The patches of a library, by their ids: what was drawn, and the presets that were kept.
class PatchStore {
 public:
  explicit PatchStore(LibraryFile& file) : file_(file) {}

  /// Writes a patch in the caller's transaction. @param attempt  its index, if it was drawn @return its id
  std::int64_t insert(const Patch& patch, std::optional<std::uint64_t> attempt);

  /// @throws Error (input) if there is no such patch, or the file is damaged
  Patch get(std::int64_t id);

  /// The ids of all patches, in the order in which they came.
  std::vector<std::int64_t> ids();

  /// Where a patch came from, as in `Patch::source`; empty if there is no such patch.
  std::string source(std::int64_t id);

  /// Names the state of a patch by its content; empty if it has none.
  std::string stateHash(std::int64_t id);

 private:
  LibraryFile& file_;
};

}  // namespace patchpilot
