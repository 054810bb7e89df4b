#include "propose/retrieval.h"

#include "embed/embedder.h"

#include <algorithm>
#include <set>

namespace patchpilot {

RetrievalProposer::RetrievalProposer(std::vector<SearchLibrary*> libraries, std::set<std::string> leftOut,
                                     std::shared_ptr<NetworkHearing> hearing)
    : libraries_(std::move(libraries)), leftOut_(std::move(leftOut)), notes_(std::move(hearing)) {
  for (SearchLibrary* one : libraries_) leftOut_ = one->library.lineage().withDuplicates(leftOut_);
}

std::vector<Proposal> RetrievalProposer::nearest(const Target& target, int note, int count) {
  struct Found {
    std::size_t library;
    std::size_t rank;  ///< within the library
    Neighbour neighbour;
  };
  std::vector<Found> found;
  for (std::size_t i = 0; i < libraries_.size(); ++i) {
    const Embedder& embedder = *libraries_[i]->embedder;
    std::vector<float> vector(std::size_t(embedder.dimension()));
    embedder.embedNote(target.sound.channel(0), target.sound.channel(1), note, vector);
    const auto leftOut = libraries_[i]->library.lineage().patchesFrom(leftOut_);
    const auto nearest = nearestPatches(*libraries_[i], vector, count, leftOut);
    for (std::size_t rank = 0; rank < nearest.size(); ++rank) found.push_back({i, rank, nearest[rank]});
  }
  // Distances in two embeddings say nothing of each other: then libraries take turns.
  const bool comparable = std::all_of(libraries_.begin(), libraries_.end(), [&](const SearchLibrary* one) {
    return areComparable(one->embedderInfo(), libraries_.front()->embedderInfo());
  });
  std::stable_sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
    return comparable ? a.neighbour.distance < b.neighbour.distance : a.rank < b.rank;
  });

  std::vector<Proposal> proposals;
  std::set<std::pair<std::size_t, std::string>> seen;  ///< synths and patches
  for (const Found& one : found) {
    if (proposals.size() == std::size_t(count)) break;
    SearchLibrary& from = *libraries_[one.library];
    Proposal proposal = libraryProposal(from, one.neighbour.patch, one.neighbour.distance);
    if (seen.insert({from.synth, patchIdentity(proposal.patch)}).second)
      proposals.push_back(std::move(proposal));
  }
  return proposals;
}

std::vector<Proposal> RetrievalProposer::propose(const Target& target, int count) {
  if (!target.noteOpen) return nearest(target, target.note, count);
  if (notes_.begin(target)) nearest_.clear();
  return notes_.next(count, [&](const PlayedWay& way, std::size_t rank) -> std::optional<Proposal> {
    // A neighbour is as near whatever the length: each has one.
    const std::size_t at = rank * way.lengths + way.length;
    std::vector<Proposal>& found = nearest_[way.note];
    if (found.size() <= at) found = nearest(target, way.note, int(at) + count);
    if (found.size() <= at) return std::nullopt;
    return found[at];
  });
}

}  // namespace patchpilot
