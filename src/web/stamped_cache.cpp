#include "web/stamped_cache.h"

namespace patchpilot {

namespace fs = std::filesystem;

FileStamp stampOf(const fs::path& file) {
  std::error_code error;
  FileStamp stamp{file, fs::last_write_time(file, error), 0};
  if (error) stamp.time = fs::file_time_type::min();
  stamp.size = fs::file_size(file, error);
  if (error) stamp.size = 0;
  return stamp;
}

std::vector<FileStamp> stampsBelow(const std::vector<fs::path>& folders, const std::string& extension) {
  std::vector<FileStamp> stamps;
  for (const fs::path& folder : folders) {
    std::vector<fs::path> files;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(folder, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
      if (!entry->is_directory() && (extension.empty() || entry->path().extension() == extension))
        files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) stamps.push_back(stampOf(file));
  }
  return stamps;
}

}  // namespace patchpilot
