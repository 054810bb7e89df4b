#include "propose/network_hearing.h"

namespace patchpilot {

void NetworkHearing::begin(const Target& target) {
  if (target_ == &target) return;
  target_ = &target;
  features_.reset();
  played_.reset();
}

const NetworkFeatures& NetworkHearing::features(const Target& target) {
  begin(target);
  if (!features_) features_ = NetworkFeatureExtractor()(target.sound.channel(0), target.sound.channel(1));
  return *features_;
}

const PlayedGuess& NetworkHearing::played(const Target& target) {
  begin(target);
  if (!notes_) notes_ = engines_ ? NoteModels(*engines_, files_) : NoteModels();
  if (!played_) played_ = notes_->empty() ? PlayedGuess() : notes_->guess(features(target));
  return *played_;
}

}  // namespace patchpilot
