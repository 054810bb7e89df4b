#pragma once

#include "embed/training.h"
#include "learn/dataset.h"

#include <nlohmann/json_fwd.hpp>

namespace patchpilot {

struct EmbedderTraining {
  std::vector<std::filesystem::path> libraries;
  std::filesystem::path out;  ///< NAME.safetensors; NAME.toml and NAME.training.json are written beside it
  DatasetOptions data;
  std::filesystem::path start;  ///< weights to begin with, of another training; empty: random ones
  int steps = 3000;
  int threads = 1;
  bool keepData = false;  ///< whether renders are kept at the end, beside `out`
  /// Called when all is rendered, with what there is to beat, and what exact distances under another
  /// condition would give.
  std::function<void(const Judgement& melEnvelope, const Judgement& otherCondition)> onData;
  OnTraining onTraining;
};

/// What came of it.
struct EmbedderReport {
  bool finished = false;  ///< false where Ctrl-C stopped it: the same call goes on
  std::vector<std::filesystem::path> written;
  Judgement melEnvelope, otherCondition, own;  ///< of the validation groups, where it finished
};

/// Trains an embedder for the synth of some libraries: renders data, trains, and writes the weights, a TOML
/// that makes it an embedder where it lies in a folder of models, and a JSON with the curve. Data and
/// checkpoint lie beside `out` while it runs.
/// @throws as `makeTrainingData` and `Networks::train`; Error (usage) where `out` is no name of a safetensors
/// file, or exists
EmbedderReport trainEmbedder(const EmbedderTraining& training);

}  // namespace patchpilot
