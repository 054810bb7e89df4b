#pragma once

#include "library/library.h"
#include "synth/synth.h"

#include <array>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace patchpilot {

struct LibraryMapOptions {
  int points = 5000;  ///< rows on the map, spread evenly over the library
  int sounds = 150;   ///< patches among them that can be heard; each adds some 80 KB to the page
  int workers = 0;    ///< 0: one for each core
  std::function<void(int done, int all)> onProgress;  ///< after each sound, by any thread, one at a time
  std::stop_token stop = {};                          ///< no more is rendered once a stop is requested
};

/// A render that a library holds, on its map.
struct MapPoint {
  std::int64_t patch = 0;
  int note = 60;
  float levelDb = 0;             ///< RMS
  std::array<float, 3> place{};  ///< in the three principal components of the embeddings, each within 0 to 1
};

/// At most so many points, spread evenly over the library.
std::vector<MapPoint> libraryMapPoints(Library& library, int most);

/// One HTML file that needs no network: a map of a library's sounds (the two principal components of their
/// embeddings), some of which play when clicked, how loud all of them are, how bright those are that can be
/// heard, how many were silent, and how many of those that can be heard have a double in the library: another
/// patch nearer than `kLeastDifference` in MSS.
/// @throws Error (input) where the library is empty; (plugin) where the synth fails
std::string libraryMapHtml(Library& library, const Synth& synth, const LibraryMapOptions& options = {});

}  // namespace patchpilot
