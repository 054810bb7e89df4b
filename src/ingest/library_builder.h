#pragma once

#include "ingest/patch_renderer.h"

#include <functional>
#include <stop_token>

namespace patchpilot {

struct BuildProgress {
  std::uint64_t patches = 0;  ///< kept so far, those of earlier runs included
  std::uint64_t wanted = 0;
  std::uint64_t silent = 0;
  std::uint64_t skipped = 0;
};

/// A patch that was drawn, and the presets that it came from.
struct DrawnPatch {
  Patch patch;
  std::vector<std::string> sources;  ///< see `Lineage`; none for a patch drawn from the space
};

/// Draws the patch of an index: the same one each time. Called by any thread, one at a time.
using DrawPatch = std::function<DrawnPatch(std::uint64_t index)>;

/// Renders until `next` has none, and hands over in the order in which patches came: see
/// `PatchRenderer::run`.
using RenderPatches = std::function<void(const NextPatch& next, const TakePatch& take)>;

struct BuildOptions {
  std::uint64_t count = 1000;  ///< patches that the library is to have in the end, all its shards together
  int workers = 0;             ///< 0: one for each core
  std::function<void(const BuildProgress&)>
      onProgress;          ///< called after each batch is handed in, by any thread
  DrawPatch draw;          ///< empty: from the library's space, by its seed
  RenderPatches render;    ///< empty: by `workers` on this machine
  bool keepAudio = false;  ///< whether renders are kept; of no use if `render` is given
  /// Told, at the end, what the silent patches have in common if most are silent; may be empty.
  std::function<void(const std::string&)> onNote = {};
  std::stop_token stop =
      {};  ///< no more is rendered once a stop is requested; of no use if `render` is given
};

/// Draws patches, renders them at the library's notes, embeds them and writes them down until the
/// library has `count`, or a shard its share. A silent patch is counted and the next one takes its place; one
/// that fails is recorded and skipped. The patches depend on how they are drawn alone: not on the number of
/// workers, nor on how often the work was stopped and taken up again.
/// @return false if it was stopped; what was done is kept
/// @throws Error (plugin) if the plug-in fails on everything, or nothing is audible; Error (system) if the
/// library cannot be written.
bool buildLibrary(Library& library, const Synth& synth, const BuildOptions& options);

}  // namespace patchpilot
