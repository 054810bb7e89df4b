#include "match/sources.h"

#include "base/error.h"
#include "embed/text_embedder.h"
#include "library/builder.h"

#include <algorithm>
#include <future>

namespace patchpilot {

namespace {

/// Whether two libraries can share a synth: the same space over the same base.
bool sameSynth(const LibrarySettings& a, const LibrarySettings& b) {
  return a.synthId == b.synthId && a.spaceFingerprint == b.spaceFingerprint && a.base == b.base;
}

/// Which of a library's embeddings is to be searched, whole as it must be.
std::size_t embeddingOf(Library& library, const SourceName& name, bool forTexts) {
  const auto& embedders = library.settings().embedders;
  std::size_t embedding = 0;
  if (!name.embedder.empty()) {
    embedding = library.embedding(name.embedder);
  } else if (forTexts) {
    const auto names = embeddersOfTexts();
    const auto known = std::find_if(embedders.begin(), embedders.end(), [&](const EmbedderInfo& e) { return std::find(names.begin(), names.end(), e.name) != names.end(); });
    if (known != embedders.end()) embedding = std::size_t(known - embedders.begin());
  }
  library.requireWhole(embedding);
  return embedding;
}

/// Makes what sounds are embedded by in each library, each embedder once.
std::vector<std::shared_ptr<const Embedder>> makeEmbedders(const std::vector<EmbedderInfo>& wanted) {
  std::vector<std::shared_ptr<const Embedder>> made;
  for (const EmbedderInfo& info : wanted) {
    const auto known = std::find_if(made.begin(), made.end(), [&](const auto& one) { return one->name() == info.name && one->version() == info.version; });
    made.push_back(known != made.end() ? *known : makeEmbedder(info.name, info.version));
  }
  return made;
}

}  // namespace

std::vector<SourceName> sourceNames(const std::vector<std::string>& files, const std::string& embedder) {
  std::vector<SourceName> names;
  for (const auto& file : files) names.push_back({file, embedder});
  return names;
}

std::vector<SearchLibrary*> Sources::searched() {
  std::vector<SearchLibrary*> all;
  for (SearchLibrary& library : libraries) all.push_back(&library);
  return all;
}

const std::filesystem::path& Sources::fileOf(std::size_t synth) const {
  for (const SearchLibrary& one : libraries)
    if (one.synth == synth) return one.library.file();
  throw Error(ExitCode::internal, "no library is of that synth");
}

Sources openSources(const std::vector<SourceName>& names, const SourceOptions& options) {
  std::vector<Library> opened;
  std::vector<std::size_t> embeddings;
  for (const auto& name : names) {
    opened.push_back(Library::open(name.file));
    if (opened.back().counts().rows == 0)
      failInput("{} holds no patches yet; fill it with 'patchpilot library build'", name.file);
    embeddings.push_back(embeddingOf(opened.back(), name, options.forTexts));
  }
  double longest = options.longestSeconds;
  for (const Library& library : opened)
    if (options.forTexts) longest = std::max(longest, library.settings().durationSeconds);
  std::vector<EmbedderInfo> embedders;
  for (std::size_t i = 0; i < opened.size() && !options.forTexts; ++i) embedders.push_back(opened[i].settings().embedders[embeddings[i]]);
  // Opening networks takes about as long as opening a plug-in: both at once.
  auto made = std::async(std::launch::async, [&] { return makeEmbedders(embedders); });
  Sources sources;
  std::vector<LibrarySettings> synths;
  std::vector<std::size_t> synthOf;
  for (const Library& library : opened) {
    const auto known = std::find_if(synths.begin(), synths.end(), [&](const auto& s) { return sameSynth(s, library.settings()); });
    synthOf.push_back(std::size_t(known - synths.begin()));
    if (known != synths.end()) continue;
    synths.push_back(library.settings());
    Instrument instrument{std::make_shared<Synth>(openLibrarySynth(library, options.synth)), nullptr};
    // The workers open the plug-in while the libraries are read.
    instrument.pool = std::make_unique<RenderPool>(*instrument.synth, RenderPoolOptions{options.workers, longest});
    sources.instruments.push_back(std::move(instrument));
  }
  const auto ready = made.get();
  for (std::size_t i = 0; i < opened.size(); ++i) {
    const auto tell = [&](double done) {
      if (options.onIndex) options.onIndex(names[i].file, done);
    };
    NeighbourIndex index(opened[i], {}, embeddings[i], tell);
    sources.libraries.push_back({std::move(opened[i]), std::move(index), synthOf[i], embeddings[i], ready.empty() ? nullptr : ready[i]});
  }
  return sources;
}

}  // namespace patchpilot
