#pragma once

#include "audio/buffer.h"
#include "data/example_set.h"
#include "synth/engine.h"

#include <functional>
#include <optional>
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

/// What an example is to be made of.
struct ExampleDraw {
  std::vector<float> values;  ///< of the patch
  Note note;
  double onsetSeconds = 0;  ///< within the 4 s; the sound that is heard begins there
  std::uint64_t family = 0;
};

/// A sequence of draws, each by its number alone.
struct ExampleDraws {
  /// Draw `number`; nothing if the sequence ends before it. Called in the order of the numbers, one call at a
  /// time.
  std::function<std::optional<ExampleDraw>(std::uint64_t number)> draw;
  /// Whether a sound is kept.
  std::function<bool(const AudioBuffer& sound)> isHeard;
};

/// Whether a sound is loud enough to be learned from.
bool isAudible(const AudioBuffer& sound);

/// Renders a sequence of draws, and keeps the features of each sound in a folder of shards, as
/// `buildExamples` does. @param folder  which must have begun (`ExampleSetFolder::begin`)
/// @return whether all are there that were asked for, or all of the sequence
bool buildDrawn(const ExampleSetFolder& folder, Engine& engine, const ExampleDraws& draws,
                const ExampleBuildOptions& options);

/// Draws patches and notes, renders them, and keeps the features of each sound in a folder of shards. Draws
/// that are silent (also those whose first second stays below -60 dB: the rest of it is not rendered), not
/// finite or cannot be rendered are left out. The examples depend on the seed and the numbers of the draws
/// alone, up to what the engine leaves to chance: stopped or killed, and called again, it goes on to the same
/// files.
/// @return whether all are there; false if it was stopped
/// @throws Error (usage) for a protocol that does not exist; Error (input) if the folder holds other
/// examples; Error (plugin) if hundreds of draws in a row give nothing; Error (system) if files cannot be
/// written; as `Engine::render`
bool buildExamples(const ExampleSetFolder& folder, Engine& engine, const ExampleBuildOptions& options);

}  // namespace patchpilot
