#include "models/model_folder.h"

#include "base/error.h"
#include "base/places.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

/// What a file says of itself; nothing if it is no model of this program. A file is read again only after it
/// has changed: a match asks for several kinds, of several synths.
std::optional<ModelAbout> aboutOf(const fs::path& file) {
  struct Known {
    std::pair<fs::file_time_type, std::uintmax_t> stamp;
    std::optional<ModelAbout> about;
  };
  static std::mutex mutex;
  static std::map<fs::path, Known> all;
  std::error_code ignored;  // a file that is gone is read, and fails
  const std::pair stamp(fs::last_write_time(file, ignored), fs::file_size(file, ignored));
  const std::lock_guard lock(mutex);
  const auto found = all.find(file);
  if (found != all.end() && found->second.stamp == stamp) return found->second.about;
  Known known{stamp, {}};
  try {
    known.about = readModelAbout(Safetensors(file));
  } catch (const Error&) {  // another program's weights
  }
  return (all[file] = std::move(known)).about;
}

}  // namespace

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
      if (auto about = aboutOf(file); about && about->kind == kind)
        found.push_back({file, *std::move(about)});
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
