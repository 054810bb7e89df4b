#include "library/schema.h"

#include "base/error.h"
#include "library/row.h"
#include "library/state_store.h"

#include <optional>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr int kFormat = 3;
/// "PPLB": SQLite's own place for what kind of file this is.
constexpr int kApplicationId = 0x50504c42;
/// In bytes. Several vectors go into a page of this size; one of SQLite's default size holds one or two, and
/// waste.
constexpr int kPageSize = 16384;

constexpr const char* kTablesOfFormat1 = R"(
CREATE TABLE settings (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
-- A patch is a point of the space (parameters: float32, in the space's order) or a preset's
-- whole state, or both; source says where a preset came from. A state is the id of one in states;
-- in libraries that were begun in format 1 it may be the bytes themselves.
CREATE TABLE patches (
  id INTEGER PRIMARY KEY, attempt INTEGER, parameters BLOB, state BLOB, source TEXT NOT NULL DEFAULT '');
CREATE TABLE skipped (attempt INTEGER PRIMARY KEY, problem TEXT NOT NULL);
)";

/// What format 2 added: states kept apart, what each patch came from (by `presetHash`), and the presets that
/// were looked at, by the hash of what was found. `own` marks the hashes of a preset itself among those that
/// its descendants have as well.
constexpr const char* kTablesOfFormat2[] = {
    StateStore::kPieces,
    StateStore::kStates,
    "TABLE IF NOT EXISTS lineage (patch INTEGER NOT NULL, source TEXT NOT NULL, own INTEGER NOT NULL, "
    "PRIMARY KEY (source, patch)) WITHOUT ROWID",
    "TABLE IF NOT EXISTS presets (content TEXT PRIMARY KEY, path TEXT NOT NULL, fate INTEGER NOT NULL, "
    "problem TEXT NOT NULL, patch INTEGER) WITHOUT ROWID",
};
constexpr const char* kIndexOfFormat2 = "CREATE INDEX IF NOT EXISTS lineage_by_patch ON lineage (patch)";

/// What format 3 changed: rows (see `rowNumber`) stand apart from their vectors, of which each embedding has
/// a table of its own, float32; failures tells of rows that could not be rendered again for an embedding. A
/// kept render is FLAC, its samples multiplied by scale. Before, a row held the one vector that there was:
/// (patch, note, rms_db, embedding).
constexpr const char* kRowsOfFormat3 = "CREATE TABLE rows (id INTEGER PRIMARY KEY, rms_db REAL NOT NULL)";
constexpr const char* kTablesOfFormat3[] = {
    "TABLE embeddings (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, "
    "dimension INTEGER NOT NULL, "
    "rows INTEGER NOT NULL DEFAULT 0, weights TEXT NOT NULL DEFAULT '')",
    "TABLE failures (embedding INTEGER NOT NULL, row INTEGER NOT NULL, problem TEXT NOT NULL, PRIMARY KEY "
    "(embedding, row)) WITHOUT ROWID",
    "TABLE audio (row INTEGER PRIMARY KEY, scale REAL NOT NULL, flac BLOB NOT NULL)",
};

/// @param create  CREATE, or CREATE TEMP
template <std::size_t n>
void make(Database& database, const std::string& create, const char* const (&tables)[n]) {
  for (const char* table : tables) database.execute(create + " " + table);
}

std::int64_t pragma(Database& database, const std::string& name) {
  auto select = database.prepare("PRAGMA " + name);
  return select.step() ? select.integer(0) : 0;
}

/// The one embedder that a library of format 1 or 2 has, before its rows are moved.
EmbedderInfo embedderOfFormat2(Database& database) {
  auto select = database.prepare(
      "SELECT (SELECT value FROM settings WHERE key = 'embedder'), (SELECT value FROM settings WHERE key = "
      "'embedder_version'),"
      " (SELECT length(embedding) / 4 FROM rows LIMIT 1)");
  select.step();
  EmbedderInfo embedder{select.text(0), int(select.integer(1)), int(select.integer(2)), ""};
  if (embedder.dimension == 0) embedder.dimension = embedderInfo(embedder.name, embedder.version).dimension;
  return embedder;
}

void insertEmbedding(Database& database, const EmbedderInfo& embedder) {
  auto insert =
      database.prepare("INSERT INTO embeddings (name, version, dimension, weights) VALUES (?, ?, ?, ?)");
  insert.bind(1, embedder.name)
      .bind(2, std::int64_t(embedder.version))
      .bind(3, std::int64_t(embedder.dimension))
      .bind(4, embedder.weights)
      .run();
}

void moveRowsOfFormat2(Database& database) {
  const EmbedderInfo embedder = embedderOfFormat2(database);
  database.execute("ALTER TABLE rows RENAME TO old_rows");
  database.execute(kRowsOfFormat3);
  addEmbeddingTables(database, 0, embedder);
  database.execute(
      fmt::format("INSERT INTO rows SELECT patch * {0} + note, rms_db FROM old_rows ORDER BY patch, note;"
                  "INSERT INTO {1} SELECT patch * {0} + note, embedding FROM old_rows ORDER BY patch, note;"
                  "UPDATE embeddings SET rows = (SELECT count(*) FROM rows);"
                  "DROP TABLE old_rows; DELETE FROM settings WHERE key IN ('embedder', 'embedder_version');"
                  "PRAGMA user_version = {2}",
                  kNotes, vectorTable(0), kFormat));
}

}  // namespace

std::string vectorTable(std::size_t embedding) { return fmt::format("vectors_{}", embedding + 1); }

void addEmbeddingTables(Database& database, std::size_t embedding, const EmbedderInfo& embedder) {
  insertEmbedding(database, embedder);
  database.execute(
      fmt::format("CREATE TABLE {} (row INTEGER PRIMARY KEY, vector BLOB NOT NULL)", vectorTable(embedding)));
}

bool knowsWeights(Database& database) {
  auto select =
      database.prepare("SELECT count(*) FROM pragma_table_info('embeddings') WHERE name = 'weights'");
  return select.step() && select.integer(0) > 0;
}

void setPageSize(Database& database) { database.execute(fmt::format("PRAGMA page_size = {}", kPageSize)); }

void createTables(Database& database) {
  database.execute(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kApplicationId, kFormat));
  database.execute(kTablesOfFormat1);
  make(database, "CREATE", kTablesOfFormat2);
  database.execute(kIndexOfFormat2);
  database.execute(kRowsOfFormat3);
  make(database, "CREATE", kTablesOfFormat3);
}

std::int64_t formatOf(Database& database) { return pragma(database, "user_version"); }

void requireLibrary(Database& database, const fs::path& file) {
  if (pragma(database, "application_id") != kApplicationId)
    failInput("{} is no Patch Pilot library; name a file that 'patchpilot library build' made",
              file.string());
  // While a statement is under way, nobody writes: the file keeps its size.
  auto format = database.prepare("PRAGMA user_version");
  format.step();
  if (format.integer(0) < 1 || format.integer(0) > kIndexFormat)
    failInput(
        "{} has library format {}, this program reads 1 to {}; build it anew or use another version of Patch "
        "Pilot",
        file.string(), format.integer(0), kIndexFormat);
  // If a page is cut in two, SQLite reads zeros for the rest of it.
  const std::int64_t page = pragma(database, "page_size");
  if (page > 0 && fs::file_size(file) % std::uintmax_t(page) != 0)
    failInput("{} is damaged: it has been cut short; copy it again, or build it anew", file.string());
}

bool bringUpToDate(Database& database, const fs::path& file, Database::Mode mode) {
  const bool reader = mode == Database::Mode::readOnly;
  const std::int64_t format = formatOf(database);
  if (format == kIndexFormat && !reader)
    failUsage(
        "{} is an index of presets, which nothing is added to; 'patchpilot library add --besides' fills a "
        "library beside it",
        file.string());
  if (format == kFormat || format == kIndexFormat) {
    if (!reader && !knowsWeights(database))
      database.execute("ALTER TABLE embeddings ADD COLUMN weights TEXT NOT NULL DEFAULT ''");
    return false;
  }
  std::optional<Transaction> transaction;
  if (!reader) transaction.emplace(database);
  const std::string create = reader ? "CREATE TEMP" : "CREATE";
  if (format < 2) make(database, create, kTablesOfFormat2);
  make(database, create, kTablesOfFormat3);
  if (reader) {
    insertEmbedding(database, embedderOfFormat2(database));
    return true;
  }
  database.execute(kIndexOfFormat2);
  database.execute("INSERT OR IGNORE INTO settings VALUES ('sampling', 'uniform'), ('around', '')");
  moveRowsOfFormat2(database);
  transaction->commit();
  return false;
}

}  // namespace patchpilot
