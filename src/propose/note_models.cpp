#include "propose/note_models.h"

#include "data/network_batch.h"
#include "data/played_note.h"

namespace patchpilot {

namespace {

constexpr const char* kNote = "note";

}  // namespace

NoteModels::NoteModels(const Engines& engines, const ModelFiles& files)
    : networks_(networksOf(kNote, PlayedNote::kWidth, engines, files)) {}

std::vector<NoteGuess> NoteModels::guesses(const Target& target) const {
  if (networks_.empty()) return {};
  const NetworkFeatures features =
      NetworkFeatureExtractor()(target.sound.channel(0), target.sound.channel(1));
  std::vector<Tensor> inputs;
  const SoundRow rows[] = {{features.view(), PlayedNote::unknown(), false}};
  addSounds(inputs, rows);
  const Batch batch(std::move(inputs));
  std::vector<NoteGuess> guesses;
  for (std::size_t i = 0; i < PlayedNote::kNotes; ++i) guesses.push_back({PlayedNote::kLowest + int(i), 0});
  for (const auto& network : networks_) {
    std::vector<float> answer(PlayedNote::kWidth);
    network->run(batch.view(), answer);
    for (std::size_t i = 0; i < PlayedNote::kNotes; ++i)
      guesses[i].confidence += double(answer[i]) / double(networks_.size());
  }
  return guesses;
}

}  // namespace patchpilot
