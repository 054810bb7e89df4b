#pragma once

#include "data/network_features.h"
#include "models/tensor_view.h"
#include "synth/patch.h"

#include <span>
#include <vector>

namespace patchpilot {

/// Steps of Euler's method in which flows and correctors answer.
inline constexpr int kFlowSteps = 20;

/// A sound as a row of a batch. The features must outlive the call that takes it.
struct SoundRow {
  NetworkFeaturesView features;
  Note note;
  bool levelKnown = true;  ///< see `NetworkInput::globals`
};

/// Adds what networks see of sounds to the tensors of a batch: pictures (rows x frames x bands) and globals
/// (rows x values), see `NetworkInput`.
void addSounds(std::vector<Tensor>& batch, std::span<const SoundRow> sounds);

/// Adds vectors of one length: rows x length.
void addVectors(std::vector<Tensor>& batch, std::span<const std::vector<float>> vectors);

}  // namespace patchpilot
