#pragma once

#include "models/safetensors.h"

#include <filesystem>
#include <map>
#include <string>

namespace patchpilot {

/// What a model file says of itself: the metadata of a safetensors file, under the names of these fields.
struct ModelAbout {
  std::string kind;         ///< what it answers: "embedder", ...
  std::string task;         ///< `patchpilot train TASK` that made it
  std::string network;      ///< its name in the module of networks
  std::string title;        ///< one line, for people
  std::string licence;      ///< of the weights
  std::string space;        ///< fingerprint of the parameter space; empty if it is not for one
  std::string synth;        ///< id of the plug-in; empty if it is not for one
  std::string frontEnd;     ///< what its input is made by: "sound-image", ...
  int frontEndVersion = 0;  ///< the version of that
  std::string judged;       ///< how well it does, and on what: JSON
};

/// What a model must be to be used; an empty field may be anything.
struct ModelWanted {
  std::string kind, space, synth, frontEnd;
  int frontEndVersion = 0;
};

/// The metadata that stands for it.
std::map<std::string, std::string> metadataOf(const ModelAbout& about);

/// Reads what a file says of itself. Files of `patchpilot train embedder` before version 0.2 are read as
/// well: they only tell the version of their image.
/// @throws Error (input) that names file and field if a field is missing or makes no sense
ModelAbout readModelAbout(const Safetensors& file);

/// @throws Error (input) that names file and field, the value there and the one wanted, if a file is another
/// model's
void requireModel(const ModelAbout& about, const ModelWanted& wanted, const std::filesystem::path& file);

}  // namespace patchpilot
