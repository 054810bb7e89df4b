#include "propose/search_library.h"

#include <fmt/format.h>

namespace patchpilot {

namespace {

Patch patchOf(SearchLibrary& from, std::int64_t id) {
  if (from.contents)
    if (auto found = from.contents->find(id)) return *std::move(found);
  return from.library.patches().get(id);
}

}  // namespace

std::vector<Neighbour> nearestPatches(SearchLibrary& library, std::span<const float> vector, int count,
                                      std::unordered_set<std::int64_t> leftOut) {
  for (;;) {
    auto nearest = library.index.nearest(vector, count, leftOut);
    if (!library.contents) return nearest;
    const std::size_t before = leftOut.size();
    for (const Neighbour& one : nearest)
      if (!library.contents->find(one.patch)) leftOut.insert(one.patch);
    if (leftOut.size() == before) return nearest;
  }
}

Proposal libraryProposal(SearchLibrary& from, std::int64_t id, double score) {
  Patch patch = patchOf(from, id);
  const std::string origin = patch.source.empty()
                                 ? fmt::format("{}, patch {}", from.library.file().filename().string(), id)
                                 : patch.source;
  return {from.synth, std::move(patch), origin, score, from.library.lineage().sources(id)};
}

}  // namespace patchpilot
