#include "match/text_search.h"

#include "base/error.h"
#include "embed/text_embedder.h"

#include <algorithm>

namespace patchpilot {

namespace {

void checkSameEmbedder(const std::vector<SearchLibrary*>& libraries) {
  const LibrarySettings& first = libraries.front()->library.settings();
  for (const SearchLibrary* one : libraries) {
    const LibrarySettings& other = one->library.settings();
    if (other.embedderName != first.embedderName || other.embedderVersion != first.embedderVersion)
      failInput("{} has embeddings of {}, {} of {}: they cannot be searched together; name one of them", libraries.front()->library.file().string(),
                first.embedderName, one->library.file().string(), other.embedderName);
  }
}

}  // namespace

std::vector<TextMatch> searchByText(const std::vector<SearchLibrary*>& libraries, const std::string& text, int count) {
  checkSameEmbedder(libraries);
  const LibrarySettings& first = libraries.front()->library.settings();
  const auto embedder = makeTextEmbedder(first.embedderName, first.embedderVersion);
  std::vector<float> vector(std::size_t(embedder->dimension()));
  embedder->embed(text, vector);
  std::vector<TextMatch> found;
  for (SearchLibrary* one : libraries) {
    const LibrarySettings& settings = one->library.settings();
    for (const Neighbour& neighbour : one->index.nearest(vector, count)) {
      // Both vectors have length 1.
      const double similarity = 1 - 0.5 * double(neighbour.distance) * double(neighbour.distance);
      found.push_back({libraryProposal(*one, neighbour.patch, 1 - similarity), similarity,
                       Note{neighbour.note, settings.velocity, settings.lengthSeconds}, settings.durationSeconds});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const TextMatch& a, const TextMatch& b) { return a.similarity > b.similarity; });
  if (found.size() > std::size_t(count)) found.resize(std::size_t(count));
  return found;
}

}  // namespace patchpilot
