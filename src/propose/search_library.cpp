#include "propose/search_library.h"

#include <fmt/format.h>

namespace patchpilot {

Proposal libraryProposal(SearchLibrary& from, std::int64_t id, double score) {
  Patch patch = from.library.patches().get(id);
  const std::string origin = patch.source.empty()
                                 ? fmt::format("{}, patch {}", from.library.file().filename().string(), id)
                                 : patch.source;
  return {from.synth, std::move(patch), origin, score, from.library.lineage().sources(id)};
}

}  // namespace patchpilot
