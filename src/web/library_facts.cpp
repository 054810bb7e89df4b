#include "web/library_facts.h"

#include "library/library.h"

namespace patchpilot {

LibraryFacts readLibraryFacts(const std::filesystem::path& file) {
  Library library = Library::open(file);
  const LibrarySettings& settings = library.settings();
  LibraryFacts facts{
      settings.synthName, settings.synthFormat, settings.spaceName, library.counts().patches, {},
      settings.notes,     settings.tempoBpm};
  for (const EmbedderInfo& embedder : settings.embedders) facts.embedders.push_back(embedder.name);
  return facts;
}

}  // namespace patchpilot
