#pragma once

#include "base/tempo.h"
#include "synth/engine.h"
#include "synth/synth.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// A patch of a library that made a target.
struct LibraryPatch {
  std::string file;  ///< of the library, without its folder
  std::int64_t id = 0;
  std::string identity;  ///< `patchIdentity`: a library holds the patch where it has it under this id

  bool operator==(const LibraryPatch&) const = default;
};

/// A sound of a target set, and what is known of how it was made.
struct TargetEntry {
  std::string name;
  std::string kind;  ///< tells apart the sets within a folder
  std::filesystem::path file;
  int note = 60;
  int velocity = 100;
  double onsetSeconds = 0;      ///< from the start of the file until the note begins
  double lengthSeconds = 2;     ///< from the start of the file until the note was let go
  double tempoBpm = kUsualBpm;  ///< that it was played at
  std::string space;            ///< of the patch that made it; may be unknown though `parameters` are not
  std::string baseHash;         ///< content hash of the state that the patch was laid over; empty if unknown
  std::map<std::string, float> parameters;  ///< of that patch, by key, normalized; empty if unknown
  std::filesystem::path preset;             ///< a preset that made it, in the set's folder; empty if none
  std::string patch;  ///< the preset that made it, as a path within some folder of presets; may be empty
  std::optional<LibraryPatch> fromLibrary;  ///< where a patch of a library made it
  std::vector<std::string> excluded;        ///< `presetHash`es of sources that must not be used to match it

  /// The note that was played.
  Note played() const { return {note, velocity, lengthSeconds - onsetSeconds}; }

  /// The patch that made the sound, if it is known and one of the engine's, over its base. An engine that is
  /// built in reads no presets and has an empty base.
  std::optional<Patch> truth(Engine& engine) const;
};

/// Sounds to match, in a folder with a `targets.json`: an array of objects with `name`, `kind`, `note`,
/// `velocity`, `note_off_s`, and where they apply `note_on_s`, `file` (else NAME.wav or NAME.flac), `bpm`,
/// `space`, `base`, `params`, `preset`, `patch`, `library`, `exclude`.
struct TargetSet {
  std::filesystem::path folder;
  std::vector<TargetEntry> entries;
  std::string fingerprint;  ///< of the list and every sound
};

/// Names become parts of file names: letters, digits, '-', '_', '.' and blanks, the first no '.'.
bool isTargetName(const std::string& name);

inline constexpr const char* kTargetList = "targets.json";

/// @param kinds  only entries of these kinds, all if empty
/// @throws Error (input) that names the file and the entry: no list, a sound that is missing, a value that
/// cannot be, a name twice, no entry of the kinds asked for
TargetSet readTargetSet(const std::filesystem::path& folder, const std::vector<std::string>& kinds = {});

/// Has each target exclude the preset that made it, where its `patch` says which, and with it whatever was
/// made from that preset; and, as the truth is now known, have a floor. @param presets  the folder that
/// `patch` is a path in
/// @throws Error (input) where a preset is not there, or cannot be read
void excludeOwnPresets(TargetSet& set, const std::filesystem::path& presets);

/// How a target was made, for people who read the list.
struct TargetMaking {
  std::optional<double> durationSeconds;  ///< of the sound
  std::optional<std::uint64_t> seed;
  std::optional<PluginInfo> synth;
  std::optional<int> program;  ///< of General MIDI
  std::string soundfont;       ///< file, without its folder; empty if none
};

/// Writes `targets.json` into a folder that holds the sounds.
/// @param makings  one for each entry
void writeTargetList(const std::filesystem::path& folder, const std::vector<TargetEntry>& entries,
                     const std::vector<TargetMaking>& makings);

}  // namespace patchpilot
