#pragma once

#include "library/library.h"
#include "library/neighbours.h"
#include "listen/proposal.h"

#include <memory>

namespace patchpilot {

/// A library opened for search in one of its embeddings.
struct SearchLibrary {
  Library library;
  NeighbourIndex index;
  std::size_t synth = 0;  ///< index of the synth that it is for
  std::size_t embedding = 0;
  std::shared_ptr<const Embedder> embedder = nullptr;  ///< of sounds; none for a search by text

  const EmbedderInfo& embedderInfo() const { return library.settings().embedders[embedding]; }
};

/// A patch of a library as a proposal. @param score  see `Proposal`
Proposal libraryProposal(SearchLibrary& library, std::int64_t patch, double score);

}  // namespace patchpilot
