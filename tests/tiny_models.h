#pragma once

#include "data/codec.h"
#include "data/network_input.h"
#include "data/played_note.h"
#include "models/model_file.h"
#include "models/network_module.h"
#include "synth/voice_engine.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace patchpilot {

/// Writes a model for the built-in synthesizer that was never trained.
/// @param kind  "flow", "regression", "corrector" or "note"
/// @param space    fingerprint that its file names
/// @param version  of the features that its file names
inline void writeTinyModel(const std::filesystem::path& file, const std::string& kind,
                           const std::string& space = VoiceEngine().space().fingerprint(),
                           int version = NetworkFeatures::kVersion) {
  const Codec codec(VoiceEngine().space());
  const bool isNote = kind == "note";
  const std::pair<std::string, std::string> sizes[] = {
      {"frames", std::to_string(NetworkInput::kFrames)},
      {"bands", std::to_string(NetworkInput::kBands)},
      {"globals", std::to_string(NetworkInput::kGlobals)},
      {"vector", std::to_string(isNote ? PlayedNote::kWidth : codec.width())},
      {"blocks", isNote ? "49c,1" : "3c,3c,1,1,1,1,1,1,1,1,1,1"},
      {"token_width", "8"},
      {"encoding", "16"}};
  std::vector<Setting> settings;
  for (const auto& [name, value] : sizes) settings.push_back({name.c_str(), value.c_str()});
  TrainerRequest request;
  const std::string network = (isNote ? "regression" : kind) + "-mlp", loss = kind == "corrector" ? "flow"
                                                                              : isNote ? "regression"
                                                                                       : kind;
  request.network = network.c_str();
  request.sizes = settings;
  request.loss = loss.c_str();
  const std::unique_ptr<Trainer> trainer(networkModule().makeTrainer(request));
  trainer->keepBest();
  ModelAbout about;
  about.kind = about.task = kind;
  about.network = network;
  about.space = space;
  about.frontEnd = NetworkFeatures::kName;
  about.frontEndVersion = version;
  const auto metadata = metadataOf(about);
  std::vector<Setting> own;
  for (const auto& [name, value] : metadata) own.push_back({name.c_str(), value.c_str()});
  trainer->write(file.c_str(), own);
}

}  // namespace patchpilot
