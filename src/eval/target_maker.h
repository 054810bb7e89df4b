#pragma once

#include "eval/target_set.h"
#include "library/library.h"
#include "synth/render_pool.h"

#include <functional>
#include <limits>
#include <span>
#include <stop_token>
#include <string_view>

namespace patchpilot {

/// How the sounds of a target set are played. Note and length of each are drawn evenly, by the seed.
struct TargetMakeOptions {
  std::size_t count = 100;
  std::uint64_t seed = 1;
  std::string kind;  ///< what the entries say of themselves; if empty, the space's name or the like
  int lowestNote = 48, highestNote = 72;
  int velocity = 100;
  double shortestSeconds = 0.3, longestSeconds = 3;  ///< when the note is let go
  double durationSeconds = 4;                        ///< how long each sound is
  bool noteAnywhere =
      false;  ///< the note begins and ends at two uniform draws within the sound, in their order
  double quietestLufs =
      -std::numeric_limits<double>::infinity();  ///< drawn patches that are quieter are left out
  bool refuseClipped = false;                    ///< and so are those whose peak is above full scale
  std::function<void(std::size_t done)> onProgress;
  std::stop_token stop;  ///< no more is made once a stop is requested; the set is not whole then
};

/// How others make the sets that they publish figures for.
struct TargetProtocol {
  std::string_view name;
  std::string_view help;
  void (*apply)(TargetMakeOptions& options);  ///< sets what the protocol fixes
};

/// All that are known.
std::span<const TargetProtocol> targetProtocols();

/// What became of the presets or programs that were asked for.
struct TargetMakeReport {
  std::size_t written = 0;
  std::vector<std::string> leftOut;  ///< which, and why, a line each
};

/// An in-domain set: audible patches drawn from a synth's space. They are never those that a library of the
/// same seed holds. @param folder  exists and is empty; see `StagedDirectory`
/// @throws Error (plugin) where hardly any patch makes a sound
TargetMakeReport makeDrawnTargets(const std::filesystem::path& folder, const Synth& synth, RenderPool& pool,
                                  const TargetMakeOptions& options);

/// A set out of preset files, `count` of them picked by the seed, all where there are fewer. Each preset is
/// copied into the set, and the entry says that it must not be used to match itself. Broken and silent ones
/// are left out.
/// @param presets  the folder that `files` lie in
TargetMakeReport makePresetTargets(const std::filesystem::path& folder, const std::filesystem::path& presets,
                                   const std::vector<std::filesystem::path>& files, const Synth& synth,
                                   RenderPool& pool, const TargetMakeOptions& options);

/// A set out of patches of a library, `count` of them picked by the seed, all where there are fewer; each is
/// played at a note, a velocity and a length that are none of the library's. The entries say which patch made
/// them, so that it can be counted how often that one is found. Those that are silent so are left out.
/// @param velocity  empty: drawn for each
TargetMakeReport makeLibraryTargets(const std::filesystem::path& folder, Library& library, Synth& synth,
                                    RenderPool& pool, const TargetMakeOptions& options,
                                    std::optional<int> velocity);

/// A set out of programs of a General MIDI soundfont, played by the program `fluidsynth`, without reverb and
/// chorus. Each program is played once.
/// @param programs  counted from 0
/// @throws Error (input) where the soundfont cannot be read; Error (system) where fluidsynth is not installed
TargetMakeReport makeSoundfontTargets(const std::filesystem::path& folder,
                                      const std::filesystem::path& soundfont,
                                      const std::vector<int>& programs, const TargetMakeOptions& options);

}  // namespace patchpilot
