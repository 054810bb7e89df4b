#include "ingest/library_synth.h"

#include "base/error.h"
#include "ingest/default_embedder.h"
#include "library/preset_index.h"

namespace patchpilot {

Synth openLibrarySynth(const Library& library, SynthOptions options) {
  const LibrarySettings& settings = library.settings();
  options.baseState = settings.base;
  options.ownBase = settings.ownBase;
  if (!options.tempoBpm) options.tempoBpm = settings.tempoBpm;
  ParameterSpace space = parseSpace(settings.spaceToml, library.file().string());
  // What a space tells of its parameters besides what its patches mean may be more by now.
  for (ParameterSpace& installed : installedSpaces())
    if (installed.name == space.name && installed.fingerprint() == settings.spaceFingerprint)
      space = std::move(installed);
  if (settings.ownBase) space.base.values.clear();  // a preset that the user named stood as it was
  Synth synth(std::move(space), std::move(options));
  // A plug-in that has changed since does not make the same sounds. Presets that are found by an index are
  // rendered again before they are ranked.
  if (settings.synthVersion != synth.plugin().version && !isPresetIndex(library.file()))
    failInput("{} was made with {} {}, installed is {}; build a new library, or install that version",
              library.file().string(), synth.plugin().name, settings.synthVersion, synth.plugin().version);
  return synth;
}

LibrarySettings librarySettings(const Synth& synth) { return librarySettings(synth, firstEmbedders(synth)); }

LibrarySettings librarySettings(const Synth& synth, std::vector<EmbedderInfo> embedders) {
  LibrarySettings settings;
  settings.spaceToml = synth.space().toml;
  settings.spaceName = synth.space().name;
  settings.spaceFingerprint = synth.space().fingerprint();
  settings.synthFormat = synth.plugin().format;
  settings.synthId = synth.plugin().id;
  settings.synthName = synth.plugin().name;
  settings.synthVersion = synth.plugin().version;
  settings.base = synth.base();
  settings.tempoBpm = synth.tempoBpm();
  settings.embedders = std::move(embedders);
  return settings;
}

}  // namespace patchpilot
