#include "propose/text_search.h"

#include "base/error.h"
#include "embed/text_embedder.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace patchpilot {

namespace {

void checkSameEmbedder(const std::vector<SearchLibrary*>& libraries) {
  const EmbedderInfo& first = libraries.front()->embedderInfo();
  for (const SearchLibrary* one : libraries)
    if (const EmbedderInfo& other = one->embedderInfo(); !areComparable(other, first))
      failInput(
          "{} would be searched by {}, {} by {}: they cannot be searched together; name one embedder with "
          "--embedder, or one library",
          libraries.front()->library.file().string(), first.name, one->library.file().string(), other.name);
}

void checkKnowsTexts(const SearchLibrary& library) {
  const auto names = embeddersOfTexts();
  if (std::find(names.begin(), names.end(), library.embedderInfo().name) != names.end()) return;
  const std::string file = library.library.file().string();
  failInput(
      "{}: texts cannot be compared with embeddings of {}, only with those of {}; 'patchpilot library embed "
      "{} --with {}' adds them",
      file, library.embedderInfo().name, fmt::join(names, ", "), file, names.front());
}

}  // namespace

std::vector<TextMatch> searchByText(const std::vector<SearchLibrary*>& libraries, const std::string& text,
                                    int count) {
  for (const SearchLibrary* one : libraries) checkKnowsTexts(*one);
  checkSameEmbedder(libraries);
  const EmbedderInfo& first = libraries.front()->embedderInfo();
  const auto embedder = makeTextEmbedder(first, libraries.front()->library.file().string());
  std::vector<float> vector(std::size_t(embedder->dimension()));
  embedder->embed(text, vector);
  std::vector<TextMatch> found;
  for (SearchLibrary* one : libraries) {
    const LibrarySettings& settings = one->library.settings();
    for (const Neighbour& neighbour : nearestPatches(*one, vector, count)) {
      // Both vectors have length 1.
      const double similarity = 1 - 0.5 * double(neighbour.distance) * double(neighbour.distance);
      found.push_back({libraryProposal(*one, neighbour.patch, 1 - similarity), similarity,
                       Note{neighbour.note, settings.velocity, settings.lengthSeconds},
                       settings.durationSeconds});
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const TextMatch& a, const TextMatch& b) { return a.similarity > b.similarity; });
  if (found.size() > std::size_t(count)) found.resize(std::size_t(count));
  return found;
}

}  // namespace patchpilot
