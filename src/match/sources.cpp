#include "match/sources.h"

#include "base/error.h"
#include "embed/text_embedder.h"
#include "ingest/library_history.h"
#include "ingest/library_synth.h"
#include "library/preset_index.h"
#include "propose/patch_models.h"

#include <algorithm>
#include <future>
#include <set>

namespace patchpilot {

namespace {

/// Whether two libraries can share a synth: the same space over the same base, at one tempo.
bool sameSynth(const LibrarySettings& a, const LibrarySettings& b, const SynthOptions& options) {
  return a.synthId == b.synthId && a.spaceFingerprint == b.spaceFingerprint && a.base == b.base &&
         (options.tempoBpm || a.tempoBpm == b.tempoBpm);
}

void noteOtherTempo(const Library& library, const SynthOptions& options) {
  const double own = library.settings().tempoBpm;
  if (options.onNote && options.tempoBpm && *options.tempoBpm != own)
    options.onNote(
        fmt::format("{} was rendered at {:g} BPM: its patches are found by that, and played at {:g}",
                    library.file().filename().string(), own, *options.tempoBpm));
}

/// The number of the embedding that a library is searched in.
/// @throws Error (input) if some of its patches lack that embedding
std::size_t embeddingOf(Library& library, const SourceName& name, bool forTexts) {
  const auto& embedders = library.settings().embedders;
  std::size_t embedding = 0;
  if (!name.embedder.empty()) {
    embedding = library.embeddings().place(name.embedder);
  } else if (forTexts) {
    const auto names = embeddersOfTexts();
    const auto known = std::find_if(embedders.begin(), embedders.end(), [&](const EmbedderInfo& e) {
      return std::find(names.begin(), names.end(), e.name) != names.end();
    });
    if (known != embedders.end()) embedding = std::size_t(known - embedders.begin());
  }
  library.embeddings().requireWhole(embedding);
  return embedding;
}

/// One of a library's embeddings, and what sounds are embedded by to be searched for in it.
struct Chosen {
  std::size_t embedding = 0;
  std::shared_ptr<const Embedder> embedder;
};

/// The embeddings that a library may be searched in, the best first. The first whose embedder can be opened
/// is used.
struct EmbeddingChoice {
  std::string file;
  std::vector<EmbedderInfo> embedders;  ///< of the library
  std::vector<std::size_t> embeddings;  ///< numbers of those that may be used
};

/// Opens the embedder of each choice; one that several libraries need is opened once.
std::vector<Chosen> choose(const std::vector<EmbeddingChoice>& choices, const SourceOptions& options) {
  std::vector<std::pair<EmbedderInfo, std::shared_ptr<const Embedder>>> made;
  const auto make = [&](const EmbedderInfo& info, const std::string& file) {
    const auto known =
        std::find_if(made.begin(), made.end(), [&](const auto& one) { return one.first == info; });
    return known != made.end() ? known->second : made.emplace_back(info, makeEmbedder(info, file)).second;
  };
  std::vector<Chosen> all;
  for (const EmbeddingChoice& choice : choices)
    for (std::size_t i = 0; i < choice.embeddings.size(); ++i) {
      const EmbedderInfo& info = choice.embedders[choice.embeddings[i]];
      try {
        all.push_back({choice.embeddings[i], make(info, choice.file)});
        break;
      } catch (const Error& error) {
        if (i + 1 == choice.embeddings.size()) throw;
        options.onFallback(choice.file, fmt::format("searched by {}, as {} cannot be used: {}",
                                                    choice.embedders[choice.embeddings[i + 1]].name,
                                                    info.name, error.what()));
      }
    }
  return all;
}

/// The embeddings that may be used if the embedder of `embedding` cannot be: the mel vector, which needs no
/// network, if the library holds it and the user named no embedder.
std::vector<std::size_t> fallbacksOf(std::size_t embedding, Library& library, const SourceName& name,
                                     const SourceOptions& options) {
  if (!options.onFallback || !name.embedder.empty() || options.forTexts) return {};
  const auto& embedders = library.settings().embedders;
  const auto mel =
      std::size_t(std::find_if(embedders.begin(), embedders.end(),
                               [](const EmbedderInfo& e) { return e.name == kMelEnvelopeName; }) -
                  embedders.begin());
  if (mel == embedders.size() || mel == embedding || !library.embeddings().isWhole(mel)) return {};
  return {mel};
}

/// Where the presets of an index are found; nothing for a library that holds its patches.
std::shared_ptr<PresetContents> contentsOf(const Library& library, Engine& engine,
                                           const SourceOptions& options) {
  if (!isPresetIndex(library.file())) return nullptr;
  auto contents = std::make_shared<PresetContents>(library.file(), pluginOf(engine), options.synth.onNote);
  const auto [indexed, there] = contents->counts();
  const std::string name = library.file().stem().string(), &synth = library.settings().synthName;
  if (there == 0)
    failInput("{} is an index of {}'s presets, and none of them is on this machine; install them with {}",
              name, synth, synth);
  if (there < indexed && options.synth.onNote)
    options.synth.onNote(fmt::format(
        "{}: {} of its {} presets are on this machine; another version of {} may bring others, which "
        "'patchpilot library add --factory --space {} --besides {} --library own' renders",
        name, there, indexed, synth, library.settings().spaceName, name));
  return contents;
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
  std::vector<EmbeddingChoice> choices;
  for (const auto& name : names) {
    opened.push_back(Library::open(name.file));
    if (opened.back().counts().rows == 0)
      failInput("{} holds no patches yet; fill it with 'patchpilot library build'", name.file);
    const std::size_t embedding = embeddingOf(opened.back(), name, options.forTexts);
    choices.push_back({name.file, opened.back().settings().embedders, {embedding}});
    for (const std::size_t other : fallbacksOf(embedding, opened.back(), name, options))
      choices.back().embeddings.push_back(other);
  }
  double longest = options.longestSeconds;
  for (const Library& library : opened)
    if (options.forTexts) longest = std::max(longest, library.settings().durationSeconds);
  // Opening networks takes about as long as opening a plug-in: both at once.
  auto made = std::async(std::launch::async,
                         [&] { return options.forTexts ? std::vector<Chosen>() : choose(choices, options); });
  Sources sources;
  std::vector<LibrarySettings> synths;
  std::vector<std::size_t> synthOf;
  for (Library& library : opened) {
    noteOtherTempo(library, options.synth);
    const auto known = std::find_if(synths.begin(), synths.end(), [&](const auto& s) {
      return sameSynth(s, library.settings(), options.synth);
    });
    synthOf.push_back(std::size_t(known - synths.begin()));
    if (known != synths.end()) continue;
    synths.push_back(library.settings());
    // The workers open the plug-in while the libraries are read.
    auto synth = std::make_shared<Synth>(openLibrarySynth(library, options.synth));
    tryPresetsOf(library, *synth);
    sources.engines.push_back(
        std::make_shared<PluginEngine>(std::move(synth), RenderPoolOptions{options.workers, longest}));
  }
  const auto ready = made.get();
  for (std::size_t i = 0; i < opened.size(); ++i) {
    const auto tell = [&](double done) {
      if (options.onIndex) options.onIndex(names[i].file, done);
    };
    const Chosen chosen = options.forTexts ? Chosen{choices[i].embeddings.front(), nullptr} : ready[i];
    NeighbourIndex index(opened[i], {}, chosen.embedding, tell);
    auto contents = contentsOf(opened[i], *sources.engines[synthOf[i]], options);
    sources.libraries.push_back({std::move(opened[i]), std::move(index), synthOf[i], chosen.embedding,
                                 chosen.embedder, std::move(contents)});
  }
  return sources;
}

std::vector<std::string> usableLibraries(const std::vector<std::filesystem::path>& files,
                                         const ScanOptions& scan,
                                         const std::function<void(const std::string& note)>& onNote) {
  std::vector<std::string> usable;
  for (const auto& file : files) {
    try {
      Library library = Library::open(file);
      const LibrarySettings& settings = library.settings();
      const PluginInfo plugin = findPlugin(settings.synthFormat, settings.synthId, settings.synthName, scan);
      if (plugin.version != settings.synthVersion && !isPresetIndex(file))
        failInput("it was made with {} {}, installed is {}", settings.synthName, settings.synthVersion,
                  plugin.version);
      if (library.counts().rows == 0) failInput("it holds no patches yet");
      usable.push_back(file.string());
    } catch (const Error& error) {
      if (onNote) onNote(fmt::format("{} is not searched: {}", file.string(), error.what()));
    }
  }
  return usable;
}

namespace {

void openSpace(Sources& sources, ParameterSpace wanted, const SourceOptions& options) {
  for (const auto& engine : sources.engines)
    if (engine->space().fingerprint() == wanted.fingerprint()) return;
  auto synth = std::make_shared<Synth>(std::move(wanted), options.synth);
  sources.engines.push_back(std::make_shared<PluginEngine>(
      std::move(synth), RenderPoolOptions{options.workers, options.longestSeconds}));
}

}  // namespace

void openSpace(Sources& sources, const std::string& space, const SourceOptions& options) {
  if (!space.empty()) openSpace(sources, loadSpace(space), options);
}

void openLearnedSpaces(Sources& sources, const SourceOptions& options) {
  const std::set<std::string> learned = learnedSpaces();
  for (ParameterSpace& space : installedSpaces()) {
    if (!learned.contains(space.fingerprint())) continue;
    const std::string name = space.name;
    try {
      openSpace(sources, std::move(space), options);
    } catch (const Error& error) {
      if (options.synth.onNote)
        options.synth.onNote(fmt::format("{} is not matched with: {}", name, error.what()));
    }
  }
}

}  // namespace patchpilot
