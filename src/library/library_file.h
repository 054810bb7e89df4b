#pragma once

#include "base/error.h"
#include "base/file_lock.h"
#include "library/database.h"
#include "library/library_settings.h"

#include <filesystem>
#include <utility>

namespace patchpilot {

/// An open library, which its stores share: the database, what the library is made of, and the lock of the
/// process that writes it.
struct LibraryFile {
  LibraryFile(const std::filesystem::path& file, Database::Mode mode) : path(file), database(file, mode) {
    if (mode != Database::Mode::readOnly) lock = FileLock(file);
  }

  /// @throws Error (input) that names the file and the remedy. @param problem  as of `fmt::format`
  template <typename... Args>
  [[noreturn]] void failDamaged(fmt::format_string<Args...> problem, Args&&... args) const {
    failInput("{} is damaged: {}; build it anew", path.string(),
              fmt::format(problem, std::forward<Args>(args)...));
  }

  std::filesystem::path path;
  FileLock lock;  ///< must be released after the database is closed
  Database database;
  LibrarySettings settings;
  bool hasOldRows = false;  ///< whether the file is of format 1 or 2, opened to be read
};

}  // namespace patchpilot
