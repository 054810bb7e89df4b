#pragma once

#include "data/network_features.h"
#include "listen/target.h"
#include "propose/note_models.h"

#include <optional>

namespace patchpilot {

/// What networks hear of a target. The proposers of a match share one, so that it is computed once. It keeps
/// what was heard of the last target, which it knows by its address. For one thread at a time.
class NetworkHearing {
 public:
  /// The networks of notes are opened when they are first asked.
  /// @param engines  must outlive this; null: there are no such networks
  NetworkHearing(const Engines* engines, ModelFiles files) : engines_(engines), files_(std::move(files)) {}
  explicit NetworkHearing(NoteModels notes) : notes_(std::move(notes)) {}

  const NetworkFeatures& features(const Target& target);

  /// As `NoteModels::guess`. @throws Error (input) if a file of a network cannot be used
  const PlayedGuess& played(const Target& target);

 private:
  void begin(const Target& target);

  const Engines* engines_ = nullptr;
  ModelFiles files_;
  std::optional<NoteModels> notes_;
  const Target* target_ = nullptr;
  std::optional<NetworkFeatures> features_;
  std::optional<PlayedGuess> played_;
};

}  // namespace patchpilot
