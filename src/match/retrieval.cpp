#include "match/matcher.h"

#include "base/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace patchpilot {

namespace {

/// Tells patches apart, whichever library they are from.
std::string identity(std::size_t synth, const Patch& patch) {
  const auto values = std::span(reinterpret_cast<const std::uint8_t*>(patch.values.data()), patch.values.size() * sizeof(float));
  return fmt::format("{} {} {}", synth, contentHash(values), contentHash(patch.state));
}

}  // namespace

Proposal libraryProposal(SearchLibrary& from, std::int64_t id, double score) {
  Patch patch = from.library.patch(id);
  const std::string origin =
      patch.source.empty() ? fmt::format("{}, patch {}", from.library.file().filename().string(), id) : patch.source;
  return {from.synth, std::move(patch), origin, score, from.library.sources(id)};
}

RetrievalMatcher::RetrievalMatcher(std::vector<SearchLibrary*> libraries, std::set<std::string> leftOut)
    : libraries_(std::move(libraries)), leftOut_(std::move(leftOut)) {
  for (SearchLibrary* one : libraries_) leftOut_ = one->library.withDuplicates(leftOut_);
}

std::vector<Proposal> RetrievalMatcher::propose(const Target& target, int count) {
  struct Found {
    std::size_t library;
    Neighbour neighbour;
  };
  std::vector<Found> found;
  for (std::size_t i = 0; i < libraries_.size(); ++i) {
    const LibrarySettings& settings = libraries_[i]->library.settings();
    const auto embedder = makeEmbedder(settings.embedderName, settings.embedderVersion);
    std::vector<float> vector(std::size_t(embedder->dimension()));
    embedder->embed(target.sound.channel(0), target.sound.channel(1), vector);
    const auto leftOut = libraries_[i]->library.patchesFrom(leftOut_);
    for (const Neighbour& neighbour : libraries_[i]->index.nearest(vector, count, leftOut)) found.push_back({i, neighbour});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.neighbour.distance < b.neighbour.distance; });

  std::vector<Proposal> proposals;
  std::unordered_set<std::string> seen;
  for (const Found& one : found) {
    if (proposals.size() == std::size_t(count)) break;
    SearchLibrary& from = *libraries_[one.library];
    Proposal proposal = libraryProposal(from, one.neighbour.patch, one.neighbour.distance);
    if (seen.insert(identity(from.synth, proposal.patch)).second) proposals.push_back(std::move(proposal));
  }
  return proposals;
}

}  // namespace patchpilot
