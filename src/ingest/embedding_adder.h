#pragma once

#include "library/library.h"
#include "synth/synth.h"

#include <functional>
#include <stop_token>

namespace patchpilot {

struct EmbedProgress {
  std::uint64_t rows = 0;    ///< done, those of earlier runs included
  std::uint64_t wanted = 0;  ///< all that the library has
  std::uint64_t failed = 0;  ///< in this run
};

struct EmbedOptions {
  int workers = 0;  ///< processes that render, and threads that embed; 0: one for each core
  std::function<void(const EmbedProgress&)> onProgress;  ///< by any thread, one at a time
  double secondsBetweenCommits = 2;                      ///< what is lost at most when the power goes
  std::stop_token stop = {};                             ///< no more is embedded once a stop is requested
};

struct EmbedReport {
  std::uint64_t added = 0;      ///< vectors, in this run
  std::uint64_t fromAudio = 0;  ///< of these, made from renders that were kept
  std::uint64_t failed = 0;     ///< in this run
  bool finished = true;         ///< false if it was stopped; what was done is kept
};

/// Gives every row of a library a vector in an embedding that lacks some: from its render, if that was
/// kept, else from another one of the same patch at the same note, velocity and length. A render that fails
/// is recorded with its reason, and tried again by the next run; the others never wait for it. Can be killed
/// at any moment, and goes on.
/// @param synth  gives the library's own; not asked if all renders were kept
/// @throws Error as `makeEmbedder` and `synth` do; (plugin) if the plug-in fails on everything; (system) if
/// the library cannot be written
EmbedReport embedRows(Library& library, std::size_t embedding, const std::function<Synth()>& synth,
                      const EmbedOptions& options);

}  // namespace patchpilot
