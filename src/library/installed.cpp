#include "library/installed.h"

#include "base/error.h"
#include "base/places.h"

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr const char* kExtension = ".db";

/// Whether it is the name of a file, without a folder.
bool isBareName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

}  // namespace

std::vector<fs::path> installedLibraries() {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(libraryFolder(), error))
    if (entry.path().extension() == kExtension && entry.is_regular_file(error)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

fs::path installedLibraryFile(const std::string& name) {
  if (!isBareName(name)) failUsage("'{}' cannot name a file; say with --out where the library goes", name);
  return libraryFolder() / (name + kExtension);
}

fs::path resolveLibrary(const std::string& name) {
  std::error_code error;
  if (!isBareName(name) || fs::exists(name, error)) return name;
  for (const fs::path& file : {libraryFolder() / (name + kExtension), libraryFolder() / name})
    if (fs::is_regular_file(file, error)) return file;
  return name;
}

}  // namespace patchpilot
