#pragma once

#include "audio/analysis.h"
#include "listen/target.h"
#include "propose/patch_models.h"

#include <memory>
#include <vector>

namespace patchpilot {

/// Networks that hear which note a synth was played with, of the synths that there are some for: what
/// detuned oscillators, filters and sub-octaves hide from an analysis that does not know the synth.
class NoteModels {
 public:
  /// None if networks cannot be run here.
  /// @throws Error (input) if a file cannot be used
  NoteModels(const Engines& engines, const ModelFiles& files);
  explicit NoteModels(std::vector<std::shared_ptr<const Network>> networks)
      : networks_(std::move(networks)) {}

  /// The notes of `PlayedNote`, each as likely as the networks say in the mean: the shares add up to 1. None
  /// if there are no networks.
  std::vector<NoteGuess> guesses(const Target& target) const;

 private:
  std::vector<std::shared_ptr<const Network>> networks_;
};

}  // namespace patchpilot
