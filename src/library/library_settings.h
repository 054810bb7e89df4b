#pragma once

#include "base/files.h"
#include "base/tempo.h"
#include "embed/embedder.h"
#include "library/shard.h"

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

class Database;

/// What a library is made of, fixed when it is created.
struct LibrarySettings {
  std::string spaceToml;  ///< the parameter space, whole
  std::string spaceName;
  std::string spaceFingerprint;
  std::string synthFormat;  ///< the plug-in that made the renders
  std::string synthId;
  std::string synthName;
  std::string synthVersion;
  Bytes base;                        ///< the state that patches are laid over; empty for the plug-in's own
  bool ownBase = false;              ///< whether the user named the base preset
  std::string sampling = "uniform";  ///< how patches are drawn: "uniform", "around"; empty: not settled yet
  std::string around;                ///< if sampling is "around": names the presets; see `AroundPresets`
  std::uint64_t seed = 1;
  Shard shard;
  std::vector<int> notes = {60};  ///< every patch is rendered at each
  int velocity = 100;
  double lengthSeconds = 2;
  double durationSeconds = 4;
  double tempoBpm = kUsualBpm;  ///< that the synth was played at
  /// What renders are embedded by: at least one, which is settled when the library is made; others are added
  /// (`EmbeddingStore::add`). An embedding is named by its place in this list.
  std::vector<EmbedderInfo> embedders;
};

/// Writes the settings of a new library, but for its embedders.
void writeSettings(Database& database, const LibrarySettings& settings);

/// Reads the settings, with the embedders. @param file  named by errors
/// @throws Error (input) if they are incomplete, or say what cannot be
LibrarySettings readSettings(Database& database, const std::filesystem::path& file);

}  // namespace patchpilot
