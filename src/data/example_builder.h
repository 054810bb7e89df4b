#pragma once

#include "data/example_set.h"
#include "synth/engine.h"

#include <functional>
#include <span>
#include <stop_token>

namespace patchpilot {

/// A way to draw notes.
struct NoteProtocol {
  const char* name;
  const char* help;  ///< one line
};

/// All ways; the first is the usual one.
std::span<const NoteProtocol> noteProtocols();

struct ExampleBuildProgress {
  std::size_t examples = 0, wanted = 0;
  std::size_t silent = 0, failed = 0;  ///< draws that were left out in this run
};

struct ExampleBuildOptions {
  std::size_t count = 0;  ///< examples that the folder is to hold
  std::uint64_t seed = 1;
  std::string protocol = "usual";  ///< a name of `noteProtocols`
  std::string base;                ///< see `ExampleSetAbout`
  double tempoBpm = 0;
  std::function<void(const ExampleBuildProgress& progress)>
      onProgress;  ///< called now and then, by any thread
  std::stop_token stop;
};

/// Draws patches and notes, renders them, and keeps the features of each sound in a folder of shards. Draws
/// that are silent, not finite or cannot be rendered are left out. The examples depend on the seed and the
/// numbers of the draws alone, up to what the engine leaves to chance: stopped or killed, and called again,
/// it goes on to the same files.
/// @return whether all are there; false if it was stopped
/// @throws Error (usage) for a protocol that does not exist; Error (input) if the folder holds other
/// examples; Error (plugin) if hundreds of draws in a row give nothing; Error (system) if files cannot be
/// written; as `Engine::render`
bool buildExamples(const ExampleSetFolder& folder, Engine& engine, const ExampleBuildOptions& options);

}  // namespace patchpilot
