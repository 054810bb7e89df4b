#pragma once

#include "library/library.h"
#include "synth/synth.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace patchpilot {

struct AddProgress {
  std::uint64_t files = 0;  ///< read so far
  std::uint64_t filesInAll = 0;
  std::uint64_t kept = 0;  ///< new in this run
};

struct AddOptions {
  int workers = 0;                                     ///< 0: one for each core
  std::function<void(const AddProgress&)> onProgress;  ///< by any thread, one at a time
  double secondsBetweenCommits = 2;                    ///< what is lost at most when the power goes
  bool keepAudio = false;                              ///< whether renders are kept
  std::stop_token stop = {};                           ///< no more is rendered once a stop is requested
  /// Says of a preset, by the hash of its bytes, that another library has it: it is passed over. May be
  /// empty.
  std::function<bool(const std::string& content)> isElsewhere = {};
};

/// A preset that was not kept, and why.
struct PassedOver {
  std::string path;
  std::string reason;
};

/// What became of all presets that were named, those of earlier runs included.
struct AddReport {
  std::uint64_t presets = 0;    ///< in all the files
  std::uint64_t added = 0;      ///< new in this run
  std::uint64_t known = 0;      ///< looked at in an earlier run
  std::uint64_t elsewhere = 0;  ///< passed over, as another library has them
  std::vector<PassedOver> broken, silent, duplicates;
  bool finished = true;  ///< false if it was stopped; what was done is kept
};

/// Adds presets to a library: each is loaded whole, rendered at the library's notes and kept with its state
/// and its path. One that cannot be read or rendered, that is silent at every note, or that is the same as
/// another (by `presetHash`, of the file or of the state that the synth saves after loading it) is recorded
/// with its reason, and never stops the run. A preset that was looked at before, by the hash of its bytes, is
/// not looked at again. What is kept, and under which id, depends on the library and the files alone.
/// @param paths  files and folders, which are searched; see `presetPathsUnder`
/// @throws Error (input) for a path that does not exist; (plugin) if the plug-in fails on everything;
/// (system) if the library cannot be written.
AddReport addPresets(Library& library, const Synth& synth, const std::vector<std::filesystem::path>& paths,
                     const AddOptions& options = {});

}  // namespace patchpilot
