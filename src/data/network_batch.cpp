#include "data/network_batch.h"

#include "data/network_input.h"

#include <algorithm>

namespace patchpilot {

namespace {

Tensor tensorOf(std::size_t rows, std::size_t height, std::size_t width) {
  Tensor tensor{{std::int64_t(rows), std::int64_t(height), std::int64_t(width), 1}, {}};
  tensor.values.resize(rows * height * width);
  return tensor;
}

}  // namespace

void addSounds(std::vector<Tensor>& batch, std::span<const SoundRow> sounds) {
  constexpr std::size_t kPicture = NetworkInput::kFrames * NetworkInput::kBands,
                        kGlobals = NetworkInput::kGlobals;
  Tensor pictures = tensorOf(sounds.size(), NetworkInput::kFrames, NetworkInput::kBands),
         globals = tensorOf(sounds.size(), kGlobals, 1);
  for (std::size_t row = 0; row < sounds.size(); ++row) {
    const SoundRow& sound = sounds[row];
    NetworkInput::picture(sound.features, sound.note.midi,
                          std::span(pictures.values).subspan(row * kPicture, kPicture));
    NetworkInput::globals(sound.features, sound.note, sound.levelKnown,
                          std::span(globals.values).subspan(row * kGlobals, kGlobals));
  }
  batch.push_back(std::move(pictures));
  batch.push_back(std::move(globals));
}

void addVectors(std::vector<Tensor>& batch, std::span<const std::vector<float>> vectors) {
  const std::size_t width = vectors.empty() ? 0 : vectors.front().size();
  Tensor tensor = tensorOf(vectors.size(), width, 1);
  auto to = tensor.values.begin();
  for (const std::vector<float>& vector : vectors) to = std::copy(vector.begin(), vector.end(), to);
  batch.push_back(std::move(tensor));
}

}  // namespace patchpilot
