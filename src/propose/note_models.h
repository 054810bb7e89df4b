#pragma once

#include "audio/analysis.h"
#include "propose/patch_models.h"

#include <memory>
#include <optional>
#include <vector>

namespace patchpilot {

/// How a sound may have been played.
struct PlayedGuess {
  std::vector<NoteGuess> notes;         ///< each as likely as it is: the shares add up to 1; none if unknown
  std::optional<double> lengthSeconds;  ///< from the onset until the note was let go
};

/// Networks that hear how a synth was played, of the synths that there are some for: what detuned oscillators
/// and sub-octaves hide of the note, and envelopes of its end, from an analysis that does not know the synth.
class NoteModels {
 public:
  NoteModels() = default;
  /// None if networks cannot be run here.
  /// @throws Error (input) if a file cannot be used
  NoteModels(const Engines& engines, const ModelFiles& files);
  explicit NoteModels(std::vector<std::shared_ptr<const Network>> networks)
      : networks_(std::move(networks)) {}

  bool empty() const { return networks_.empty(); }

  /// The notes of `PlayedNote` and a length, as the networks say in the mean; nothing if there are none.
  PlayedGuess guess(const NetworkFeatures& features) const;

 private:
  std::vector<std::shared_ptr<const Network>> networks_;
};

}  // namespace patchpilot
