#pragma once

#include "library/library.h"

#include <vector>

namespace patchpilot {

/// All that a library holds, for comparison.
struct Contents {
  std::vector<std::int64_t> ids;
  std::vector<int> notes;
  std::uint64_t nextAttempt = 0;
  std::vector<std::vector<float>> patches;
  std::vector<float> vectors;
  std::uint64_t silent = 0;
  bool operator==(const Contents&) const = default;
};

inline Contents contentsOf(Library& library) {
  Contents contents;
  const auto embeddings = library.embeddings().all();
  for (const auto id : embeddings.patches) contents.patches.push_back(flat(library.patches().get(id)).values);
  contents.vectors = embeddings.vectors;
  contents.ids = embeddings.patches;
  contents.notes = embeddings.notes;
  contents.silent = library.counts().silent;
  contents.nextAttempt = library.counts().nextAttempt;
  return contents;
}

}  // namespace patchpilot
