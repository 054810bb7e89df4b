#include "match/sources.h"

#include "base/error.h"
#include "library/builder.h"

#include <algorithm>

namespace patchpilot {

namespace {

/// Whether two libraries can share a synth: the same space over the same base.
bool sameSynth(const LibrarySettings& a, const LibrarySettings& b) {
  return a.synthId == b.synthId && a.spaceFingerprint == b.spaceFingerprint && a.base == b.base;
}

}  // namespace

Sources openSources(const std::vector<std::string>& files, const SynthOptions& options, int workers, double longestSeconds) {
  std::vector<Library> opened;
  for (const auto& file : files) {
    opened.push_back(Library::open(file));
    if (opened.back().counts().rows == 0)
      failInput("{} holds no patches yet; fill it with 'patchpilot library build'", file);
  }
  Sources sources;
  std::vector<LibrarySettings> synths;
  std::vector<std::size_t> synthOf;
  for (const Library& library : opened) {
    const auto known = std::find_if(synths.begin(), synths.end(), [&](const auto& s) { return sameSynth(s, library.settings()); });
    synthOf.push_back(std::size_t(known - synths.begin()));
    if (known != synths.end()) continue;
    synths.push_back(library.settings());
    Instrument instrument{std::make_shared<Synth>(openLibrarySynth(library, options)), nullptr};
    // The workers open the plug-in while the libraries are read.
    instrument.pool = std::make_unique<RenderPool>(*instrument.synth, RenderPoolOptions{workers, longestSeconds});
    sources.instruments.push_back(std::move(instrument));
  }
  for (std::size_t i = 0; i < opened.size(); ++i) {
    NeighbourIndex index(opened[i]);
    sources.libraries.push_back({std::move(opened[i]), std::move(index), synthOf[i]});
  }
  return sources;
}

}  // namespace patchpilot
