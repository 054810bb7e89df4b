#pragma once

#include "models/network_module.h"

#include <filesystem>
#include <memory>

namespace patchpilot {

/// The files of a CLAP model, as they are published.
struct ClapFiles {
  std::filesystem::path config;   ///< config.json; texts need vocab.json and merges.txt beside it
  std::filesystem::path hearing;  ///< preprocessor_config.json
  std::filesystem::path weights;  ///< model.safetensors
};

/// CLAP's side of sounds. Its input is a sound of one channel at `sampleRateHz`, of any length.
/// @param styled  whether it gives the style (`ClapAudioTower::style`) in place of the embedding
/// @throws Error (input) if a file is not what the network needs
std::unique_ptr<Network> makeClap(const ClapFiles& files, bool styled);

/// CLAP's side of texts. Its input is a text in UTF-8, one byte a value. @throws as above
std::unique_ptr<Network> makeClapText(const ClapFiles& files);

}  // namespace patchpilot
