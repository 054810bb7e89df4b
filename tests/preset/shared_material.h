#pragma once

#include "base/files.h"
#include "random_damage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

/// The material beside a developer's checkout (see its README), which a user of the project does not have.
inline std::filesystem::path sharedSurge() {
  return std::filesystem::path(PATCHPILOT_SOURCE_DIR) / ".." / "shared" / "surge";
}

#define SKIP_WITHOUT_SHARED()                  \
  if (!std::filesystem::exists(sharedSurge())) \
  GTEST_SKIP() << "../shared is not here: it comes with a developer's checkout"

inline std::vector<std::filesystem::path> factoryPatches() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(sharedSurge() / "factory"))
    if (entry.path().extension() == ".fxp") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}
