#pragma once

#include "listen/ranking.h"

namespace patchpilot {

/// The argument by which the server starts this program again for one job.
inline constexpr const char* kJobCommand = "serve-job";

/// Does one job of a server: decodes a sound, runs a match, builds a library, or looks for the synths. It
/// talks to the server over stdin and stdout
/// (`MessageChannel`), and dies with it: a crash costs one job, and whatever becomes of the server, nothing
/// is left running, because each process here ends when the one that started it does.
///
/// The first message, a `JobRequest`, says what to do. The job then tells `JobEvent`s, of which `isLast` is
/// the last. A `StopJob` ends a search with what it has found.
/// @return exit status
int runJob();

/// What a candidate is made of, beside its files, so that it can be played and searched around later.
struct StoredPatch {
  std::string library;  ///< file that brought its synth
  Proposal proposal;
};

/// The name of the file that holds them, in the order of the candidates.
inline constexpr const char* kPatchesFile = "patches.bin";

Bytes packPatches(const std::vector<StoredPatch>& patches);

/// @throws Error (input) where the file is damaged
std::vector<StoredPatch> readPatches(const std::filesystem::path& file);

}  // namespace patchpilot
