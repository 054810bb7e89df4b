#pragma once

#include "library/library.h"
#include "synth/synth.h"

#include <functional>
#include <string>

namespace patchpilot {

struct LibraryMapOptions {
  int points = 5000;  ///< rows on the map, spread evenly over the library
  int sounds = 150;   ///< patches among them that can be heard; each adds some 80 KB to the page
  int workers = 0;    ///< 0: one for each core
  std::function<void(int done, int all)> onProgress;  ///< after each sound, by any thread, one at a time
};

/// One HTML file that needs no network: a map of a library's sounds (the two principal components of their
/// embeddings), some of which play when clicked, how loud all of them are, how bright those are that can be heard,
/// how many were silent, and how many of those that can be heard have a double in the library: another patch nearer than
/// `kLeastDifference` in MSS.
/// @throws Error (input) where the library is empty; (plugin) where the synth fails
std::string libraryMapHtml(Library& library, const Synth& synth, const LibraryMapOptions& options = {});

}  // namespace patchpilot
