#pragma once

#include "base/process.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot {

/// The folder in which the server keeps sounds and matches, each in a folder named by its id. One server at a
/// time.
class Store {
 public:
  /// Makes the folder, and takes away what a server that was killed has left half done.
  /// @throws Error (usage) where another server uses it; (system) where it cannot be written
  explicit Store(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }

  /// @param kind  "sounds", "matches" or "libraries"
  std::filesystem::path place(const std::string& kind) const { return folder_ / kind; }

  /// The folder of an id; empty where there is none. What is no id is never looked for.
  std::filesystem::path find(const std::string& kind, const std::string& id) const;

  /// All ids that there are.
  std::vector<std::string> ids(const std::string& kind) const;

  /// Takes a folder away at once, and what is in it a little later.
  void remove(const std::filesystem::path& folder) const;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<FolderLock> lock_;
};

/// 16 random hexadecimal digits.
std::string newId();
bool isId(const std::string& text);

/// "2026-11-24T15:42:28.123Z".
std::string timeNow();

nlohmann::json readJsonFile(const std::filesystem::path& file);

}  // namespace patchpilot
