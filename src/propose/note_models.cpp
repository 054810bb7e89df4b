#include "propose/note_models.h"

#include "data/network_batch.h"
#include "data/played_note.h"

namespace patchpilot {

namespace {

constexpr const char* kNote = "note";

}  // namespace

NoteModels::NoteModels(const Engines& engines, const ModelFiles& files)
    : networks_(networksOf(kNote, PlayedNote::kWidth, engines, files)) {}

PlayedGuess NoteModels::guess(const NetworkFeatures& features) const {
  PlayedGuess guess;
  if (networks_.empty()) return guess;
  std::vector<Tensor> inputs;
  const SoundRow rows[] = {{features.view(), PlayedNote::unknown(), false}};
  addSounds(inputs, rows);
  const Batch batch(std::move(inputs));
  std::vector<float> mean(PlayedNote::kWidth), answer(PlayedNote::kWidth);
  for (const auto& network : networks_) {
    network->run(batch.view(), answer);
    for (std::size_t i = 0; i < answer.size(); ++i) mean[i] += answer[i] / float(networks_.size());
  }
  for (std::size_t i = 0; i < PlayedNote::kNotes; ++i)
    guess.notes.push_back({PlayedNote::kLowest + int(i), double(mean[i])});
  guess.lengthSeconds = PlayedNote::lengthSeconds(mean[PlayedNote::kNotes]);
  return guess;
}

}  // namespace patchpilot
