#pragma once

#include "library/library.h"
#include "library/neighbours.h"
#include "synth/render_pool.h"
#include "synth/synth.h"

#include <memory>
#include <string>
#include <vector>

namespace patchpilot {

/// A synth that can be rendered with.
struct Instrument {
  std::shared_ptr<Synth> synth;
  std::unique_ptr<RenderPool> pool;
};

/// A library opened for search.
struct SearchLibrary {
  Library library;
  NeighbourIndex index;
  std::size_t synth = 0;  ///< index of the synth that it is for
};

/// What a match draws on: libraries, and one instrument for each synth that made them.
struct Sources {
  std::vector<SearchLibrary> libraries;
  std::vector<Instrument> instruments;
};

/// Opens libraries, and the synths that they were made with. Libraries of the same synth, space and
/// base share an instrument, which renders with the base that the library holds.
/// @param workers         processes of each instrument, 0: one for each core
/// @param longestSeconds  no render listens longer
/// @throws Error (input) where a file is no library or holds no patches, or the synth installed is of another
///         version; Error (plugin) where it is not installed
Sources openSources(const std::vector<std::string>& files, const SynthOptions& options, int workers, double longestSeconds);

}  // namespace patchpilot
