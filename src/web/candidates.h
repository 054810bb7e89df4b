#pragma once

#include "web/job.h"
#include "web/matches.h"
#include "web/players.h"

namespace patchpilot {

/// What can be done with the candidates of a match, and with the patches of a library: heard, turned, taken.
/// Safe to use from any thread. All throw HttpError 404 for what is not there, and Error (plugin) where the
/// synth fails.
class Candidates {
 public:
  Candidates(const Store& store, Matches& matches, Libraries& libraries)
      : store_(store), matches_(matches), libraries_(libraries) {}

  /// All that a match has found, as a ZIP file.
  void zip(Call& call);

  void audio(Call& call);
  void recipe(Call& call);

  /// Sections and parameters, with the changes that the body asks for.
  void parameters(Call& call);

  /// Plays the candidate, changed or not, at any note.
  void render(Call& call);

  /// A preset as a file (an LV2 bundle as ZIP), changed or not.
  void preset(Call& call);

  /// Puts the presets where the synth's browser finds them.
  void install(Call& call);

  /// Opens the synth of a library, so that the first note of it comes at once.
  void openSynth(Call& call);

  /// Removes a library that was made here, and closes its synth.
  void removeLibrary(Call& call);

  /// Plays a patch of a library.
  void renderPatch(Call& call);

 private:
  struct Chosen;

  Chosen choose(const Call& call);
  std::shared_ptr<PatchPlayer> playerOf(const Chosen& chosen, const StoredPatch& stored);

  /// The presets of a candidate; those that are changed, or have not been written, are made in `folder`.
  std::vector<std::filesystem::path> presets(const Chosen& chosen,
                                             const std::map<std::string, float>& changes,
                                             const std::filesystem::path& folder);

  const Store& store_;
  Matches& matches_;
  Libraries& libraries_;
  Players players_;
};

}  // namespace patchpilot
