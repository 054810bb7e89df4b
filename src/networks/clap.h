#pragma once

#include "embed/networks.h"

namespace patchpilot {

/// CLAP (Wu et al. 2023): the projected embedding of a sound, or its style (see `ClapAudioTower`), out of a
/// folder as Hugging Face publishes it.
/// @param wanted  its files are config.json, preprocessor_config.json and model.safetensors
/// @throws Error (input) where they do not belong together, or to such a model
std::unique_ptr<Embedder> makeClap(const NetworkEmbedder& wanted);

/// The text tower of the same files, with vocab.json and merges.txt, or tokenizer.json, beside config.json.
/// @throws as `makeClap`
std::unique_ptr<TextEmbedder> makeClapText(const NetworkEmbedder& wanted);

}  // namespace patchpilot
