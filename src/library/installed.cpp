#include "library/installed.h"

#include "base/error.h"
#include "base/places.h"

#include <set>
#include <sstream>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr const char* kExtension = ".db";

/// Whether it is the name of a file, without a folder.
bool isBareName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

}  // namespace

std::vector<fs::path> libraryFolders() {
  std::vector<fs::path> folders{libraryFolder()};
  std::istringstream list(environmentVariable("PATCHPILOT_LIBRARIES"));
  for (std::string folder; std::getline(list, folder, ':');)
    if (!folder.empty()) folders.emplace_back(folder);
  folders.push_back(programFile().parent_path() / "../share/patchpilot/libraries");
  return folders;
}

std::vector<fs::path> installedLibraries() {
  std::vector<fs::path> files;
  std::set<fs::path> names;
  for (const fs::path& folder : libraryFolders()) {
    std::set<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (entry.path().extension() == kExtension && entry.is_regular_file(error)) found.insert(entry.path());
    for (const fs::path& file : found)
      if (names.insert(file.filename()).second) files.push_back(fs::weakly_canonical(file));
  }
  return files;
}

fs::path installedLibraryFile(const std::string& name) {
  if (!isBareName(name)) failUsage("'{}' cannot name a file; say with --out where the library goes", name);
  return libraryFolder() / (name + kExtension);
}

fs::path resolveLibrary(const std::string& name) {
  std::error_code error;
  if (!isBareName(name) || fs::exists(name, error)) return name;
  for (const fs::path& folder : libraryFolders())
    for (const fs::path& file : {folder / (name + kExtension), folder / name})
      if (fs::is_regular_file(file, error)) return fs::weakly_canonical(file);
  return name;
}

}  // namespace patchpilot
