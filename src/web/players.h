#pragma once

#include "library/library.h"
#include "synth/render_pool.h"

#include <filesystem>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>

namespace patchpilot {

/// A synth that is open, with a worker that waits: it plays one note at once. Safe to use from any thread;
/// notes take turns.
class PatchPlayer {
 public:
  /// @param bpm  tempo that the synth follows; none: the library's own
  explicit PatchPlayer(const std::filesystem::path& library, std::optional<double> bpm = {});

  /// At most `kMostPlayedSeconds`. @throws Error (plugin) where the synth fails
  AudioBuffer play(const Patch& patch, const Note& note, double seconds);

  Synth& synth() { return synth_; }
  const LibrarySettings& settings() const { return settings_; }

 private:
  LibrarySettings settings_;
  Synth synth_;
  RenderPool pool_;
  std::mutex mutex_;
};

inline constexpr double kMostPlayedSeconds = 12;

/// The players of the synths that were used last.
class Players {
 public:
  /// One that plays patches of a library. It is opened if it is not yet, while others play.
  /// @param bpm  tempo that the synth follows; none: the library's own
  /// @throws Error as `openLibrarySynth`
  std::shared_ptr<PatchPlayer> of(const std::filesystem::path& library, std::optional<double> bpm = {});

  /// Closes those of a library that is no longer there; a note that is played comes to its end.
  void forget(const std::filesystem::path& library);

 private:
  using Opening = std::shared_future<std::shared_ptr<PatchPlayer>>;

  struct Entry {
    std::filesystem::path library;
    std::optional<double> bpm;
    Opening opening;
  };

  std::mutex mutex_;
  std::list<Entry> open_;  ///< the one used last in front
};

/// A patch with some parameters turned. @param changes  normalized values by keys of the space
/// @throws HttpError (400) for a key that the space does not have
Patch withChanges(Synth& synth, Patch patch, const std::map<std::string, float>& changes);

}  // namespace patchpilot
