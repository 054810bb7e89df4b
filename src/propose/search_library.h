#pragma once

#include "library/library.h"
#include "library/neighbours.h"
#include "listen/proposal.h"
#include "propose/preset_contents.h"

#include <memory>

namespace patchpilot {

/// A library opened for search in one of its embeddings.
struct SearchLibrary {
  Library library;
  NeighbourIndex index;
  std::size_t synth = 0;  ///< index of the synth that it is for
  std::size_t embedding = 0;
  std::shared_ptr<const Embedder> embedder = nullptr;  ///< of sounds; none for a search by text
  std::shared_ptr<PresetContents> contents =
      nullptr;  ///< of an index; none for a library that holds its patches

  const EmbedderInfo& embedderInfo() const { return library.settings().embedders[embedding]; }
};

/// The nearest patches as by `NeighbourIndex::nearest`; of an index those that are on this machine.
std::vector<Neighbour> nearestPatches(SearchLibrary& library, std::span<const float> vector, int count,
                                      std::unordered_set<std::int64_t> leftOut = {});

/// A patch of a library as a proposal. @param score  see `Proposal`
/// @throws Error (input) if the library is damaged, or is an index whose preset is not on this machine
Proposal libraryProposal(SearchLibrary& library, std::int64_t patch, double score);

}  // namespace patchpilot
