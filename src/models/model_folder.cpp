#include "models/model_folder.h"

#include "base/error.h"
#include "base/places.h"

#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

std::vector<FoundModel> findModels(const std::string& kind) {
  std::vector<FoundModel> found;
  std::set<std::string> seen;
  for (const fs::path& folder : modelFolders()) {
    std::set<fs::path> files;
    std::error_code ignored;  // a folder that may not be read holds none
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".safetensors") files.insert(entry.path());
    for (const fs::path& file : files) {
      if (!seen.insert(file.filename().string()).second) continue;
      try {
        ModelAbout about = readModelAbout(Safetensors(file));
        if (about.kind == kind) found.push_back({file, std::move(about)});
      } catch (const Error&) {  // another program's weights
      }
    }
  }
  return found;
}

std::vector<FoundModel> modelsAmong(const std::vector<fs::path>& files, const std::string& kind) {
  std::vector<FoundModel> found;
  for (const fs::path& file : files)
    if (ModelAbout about = readModelAbout(Safetensors(file)); about.kind == kind)
      found.push_back({file, std::move(about)});
  return found;
}

}  // namespace patchpilot
