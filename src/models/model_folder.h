#pragma once

#include "models/model_file.h"

#include <filesystem>
#include <vector>

namespace patchpilot {

/// A model file in one of the folders of models.
struct FoundModel {
  std::filesystem::path file;
  ModelAbout about;
};

/// The models of a kind among `modelFolders()`, the user's own first; of two files of the same name the
/// first. Files that are no models of this program are passed over. What a file says of itself is kept until
/// the file changes. Callable by any thread.
std::vector<FoundModel> findModels(const std::string& kind);

/// The models of a kind among some files. @throws Error (input) that names a file if it is no model
std::vector<FoundModel> modelsAmong(const std::vector<std::filesystem::path>& files, const std::string& kind);

}  // namespace patchpilot
