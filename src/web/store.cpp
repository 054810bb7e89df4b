#include "web/store.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kIdDigits = 16;
constexpr const char* kKinds[] = {"sounds", "matches", "libraries"};

/// What is begun and not finished has a name with a dot in front.
bool isUnfinished(const fs::path& path) { return path.filename().string().starts_with("."); }

}  // namespace

Store::Store(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) failSystem("cannot make the folder {}: {}", folder.string(), error.message());
  folder_ = fs::canonical(folder);
  lock_ = std::make_unique<FolderLock>(folder_);
  for (const char* kind : kKinds) {
    fs::create_directory(folder_ / kind, error);
    if (error) failSystem("cannot make the folder {}: {}", (folder_ / kind).string(), error.message());
    std::vector<fs::path> unfinished;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / kind))
      if (isUnfinished(entry.path())) unfinished.push_back(entry.path());
    for (const fs::path& path : unfinished) fs::remove_all(path, error);
  }
}

fs::path Store::find(const std::string& kind, const std::string& id) const {
  std::error_code ignored;
  if (!isId(id) || !fs::is_directory(folder_ / kind / id, ignored)) return {};
  return folder_ / kind / id;
}

std::vector<std::string> Store::ids(const std::string& kind) const {
  std::vector<std::string> ids;
  for (const auto& entry : fs::directory_iterator(folder_ / kind))
    if (entry.is_directory() && isId(entry.path().filename().string()))
      ids.push_back(entry.path().filename().string());
  return ids;
}

void Store::remove(const fs::path& folder) const {
  std::error_code error;
  const fs::path aside = folder.parent_path() / ("." + newId());
  fs::rename(folder, aside, error);
  if (error) failSystem("cannot remove {}: {}", folder.string(), error.message());
  fs::remove_all(aside, error);
}

std::string newId() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

bool isId(const std::string& text) {
  return text.size() == kIdDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string timeNow() {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     milliseconds);
}

nlohmann::json readJsonFile(const fs::path& file) {
  const auto document = nlohmann::json::parse(readTextFile(file), nullptr, false);
  if (document.is_discarded()) failInput("{} is damaged", file.string());
  return document;
}

}  // namespace patchpilot
