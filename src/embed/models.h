#pragma once

#include "embed/network_embedder.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// A file of a model's weights.
struct ModelFile {
  std::string name;       ///< under a folder of models, as it is published
  std::string url;        ///< where it is published
  bool forTexts = false;  ///< needed by `match --text` only; these come last
};

/// Weights that embedders need, and where they come from.
struct Model {
  std::string name;
  std::string title;    ///< what it is, in one line
  std::string licence;  ///< of the weights
  std::vector<ModelFile> files;
  std::vector<NetworkEmbedder> embedders;  ///< that it gives; their files are those that are there
  std::string problem;                     ///< where its description cannot be used: what is wrong with it
};

/// The published models that this program can use, and the TorchScript files and trained embedders in the
/// folders of models. Looks at the disk, and opens no network.
///
/// A TorchScript file NAME.pt is an embedder where NAME.toml lies beside it:
///     format = 1
///     version = 1              # of the network: vectors of two versions are never compared
///     sample_rate_hz = 48000
///     seconds = 4.0            # a longer sound is cut, a shorter one goes on in silence
///     dimension = 512
///     title = "..."            # optional, as is licence
/// Its forward takes one sound in mono (`1 x samples`, full scale +-1) and gives its vector (`1 x
/// dimension`). With `kind = "trained"`, `version`, `dimension` and `synth` (the plug-in's id) alone, and
/// NAME.safetensors beside it, it is what `patchpilot train embedder` makes; some come with this program.
/// Such a TOML file that is wrong is told as the model's problem; one that describes no weights beside it is
/// another program's.
std::vector<Model> models();

/// Where a file of a model's lies, if it does.
std::optional<std::filesystem::path> modelFile(const ModelFile& file);

/// The files of a model, but those for texts, where all of them are in one folder or another.
std::optional<std::vector<std::filesystem::path>> modelFiles(const Model& model);

}  // namespace patchpilot
