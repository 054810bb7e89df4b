#include "library/library.h"

#include "base/error.h"
#include "library/schema.h"

namespace patchpilot {

namespace fs = std::filesystem;

Library Library::create(const fs::path& file, const LibrarySettings& settings) {
  Library library(file, Database::Mode::create);
  Database& database = library.file_->database;
  if (formatOf(database) != 0)
    failSystem("{} has just been made by another process; run the command again", file.string());
  setPageSize(database);
  Transaction transaction(database);
  createTables(database);
  writeSettings(database, settings);
  for (std::size_t i = 0; i < settings.embedders.size(); ++i)
    addEmbeddingTables(database, i, settings.embedders[i]);
  transaction.commit();
  library.file_->settings = settings;
  return library;
}

Library Library::open(const fs::path& file, Database::Mode mode) {
  std::error_code error;
  if (!fs::exists(file, error))
    failInput(
        "{}: no such library; 'patchpilot library list' lists those there are, 'patchpilot library build' "
        "makes one",
        file.string());
  if (fs::is_directory(file, error)) failInput("{} is a directory; name a library file", file.string());
  // A write that was cut off is undone by the next process that may write, not by a reader.
  if (mode == Database::Mode::readOnly && fs::exists(file.string() + "-journal", error))
    Database(file, Database::Mode::readWrite).execute("SELECT count(*) FROM sqlite_master");
  Library library(file, mode);
  Database& database = library.file_->database;
  requireLibrary(database, file);
  library.file_->hasOldRows = bringUpToDate(database, file, mode);
  library.file_->settings = readSettings(database, file);
  return library;
}

LibraryCounts Library::counts() {
  auto select = file_->database.prepare(
      "SELECT (SELECT value FROM settings WHERE key = 'next_attempt'), (SELECT count(*) FROM patches),"
      " (SELECT count(*) FROM rows), (SELECT value FROM settings WHERE key = 'silent'),"
      " (SELECT count(*) FROM skipped)");
  select.step();
  const auto at = [&](int column) { return std::uint64_t(select.integer(column)); };
  return {at(0), at(1), at(2), at(3), at(4)};
}

void Library::setSampling(const std::string& sampling, const std::string& around, std::uint64_t seed) {
  auto update = file_->database.prepare(
      "INSERT OR REPLACE INTO settings VALUES ('sampling', ?), ('around', ?), ('seed', ?)");
  update.bind(1, sampling).bind(2, around).bind(3, std::int64_t(seed)).run();
  file_->settings.sampling = sampling;
  file_->settings.around = around;
  file_->settings.seed = seed;
}

void Library::setShardCount(std::uint64_t count) {
  auto update = file_->database.prepare("UPDATE settings SET value = ? WHERE key = 'shard_count'");
  update.bind(1, std::int64_t(count)).run();
  file_->settings.shard.count = count;
}

}  // namespace patchpilot
