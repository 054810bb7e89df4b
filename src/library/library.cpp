#include "library/library.h"

#include "audio/level.h"
#include "base/error.h"
#include "library/state_store.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr int kFormat = 3;
/// "PPLB": SQLite's own place for what kind of file this is.
constexpr int kApplicationId = 0x50504c42;
/// In bytes. Several vectors go into a page of this size, where one of SQLite's own choice holds one or two
/// and waste.
constexpr int kPageSize = 16384;
/// A row is numbered by its patch and its note: patch * kNotes + note.
constexpr int kNotes = 128;
/// No patch has such a number.
constexpr std::int64_t kEndOfPatches = std::int64_t(1) << 40;

constexpr const char* kSchema = R"(
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

/// What format 3 changed: rows (numbered patch * 128 + note) stand apart from their vectors, of which each
/// embedding has a table of its own, float32; failures tells of rows that could not be rendered again for an
/// embedding. A kept render is FLAC, its samples multiplied by scale. Before, a row held the one vector that
/// there was: (patch, note, rms_db, embedding).
constexpr const char* kRowsOfFormat3 = "CREATE TABLE rows (id INTEGER PRIMARY KEY, rms_db REAL NOT NULL)";
constexpr const char* kTablesOfFormat3[] = {
    "TABLE embeddings (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, "
    "dimension INTEGER NOT NULL, "
    "rows INTEGER NOT NULL DEFAULT 0, weights TEXT NOT NULL DEFAULT '')",
    "TABLE failures (embedding INTEGER NOT NULL, row INTEGER NOT NULL, problem TEXT NOT NULL, PRIMARY KEY "
    "(embedding, row)) WITHOUT ROWID",
    "TABLE audio (row INTEGER PRIMARY KEY, scale REAL NOT NULL, flac BLOB NOT NULL)",
};

void makeTablesOfFormat3(Database& database, const std::string& create) {
  for (const char* table : kTablesOfFormat3) database.execute(create + " " + table);
}

std::string vectorTable(std::size_t embedding) { return fmt::format("vectors_{}", embedding + 1); }

void makeVectorTable(Database& database, std::size_t embedding) {
  database.execute(
      fmt::format("CREATE TABLE {} (row INTEGER PRIMARY KEY, vector BLOB NOT NULL)", vectorTable(embedding)));
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

/// The first libraries of format 3 did not know by which weights their vectors were made.
bool knowsWeights(Database& database) {
  auto select =
      database.prepare("SELECT count(*) FROM pragma_table_info('embeddings') WHERE name = 'weights'");
  return select.step() && select.integer(0) > 0;
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

std::int64_t rowNumber(const RowKey& row) { return row.patch * kNotes + row.note; }
RowKey rowKey(std::int64_t number) { return {number / kNotes, int(number % kNotes)}; }

void makeTablesOfFormat2(Database& database, const std::string& create) {
  for (const char* table : kTablesOfFormat2) database.execute(create + " " + table);
}

std::string joined(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

/// Numbers between commas. @return nothing if there is anything else
std::optional<std::vector<int>> split(const std::string& text) {
  std::vector<int> numbers;
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end; ++at) {
    const auto read = std::from_chars(at, end, numbers.emplace_back());
    if (read.ec != std::errc() || (read.ptr != end && *read.ptr != ',')) return std::nullopt;
    at = read.ptr;
  }
  return numbers;
}

/// The longest render that a library can ask for, in seconds.
constexpr double kLongestSeconds = 3600;
/// Values of an embedder's vector, at most.
constexpr int kLargestDimension = 1 << 20;

/// What is wrong with settings that were read from a file; empty if nothing is.
std::string problemOf(const LibrarySettings& s) {
  const auto isNote = [](int note) { return note >= 0 && note < kNotes; };
  const auto isLength = [](double seconds) { return seconds > 0 && seconds <= kLongestSeconds; };
  if (s.spaceToml.empty()) return "its settings are incomplete";
  if (s.notes.empty() || !std::all_of(s.notes.begin(), s.notes.end(), isNote))
    return "its notes are not MIDI notes from 0 to 127";
  if (s.velocity < 1 || s.velocity > 127) return fmt::format("its velocity is {}", s.velocity);
  if (!isLength(s.lengthSeconds) || !isLength(s.durationSeconds))
    return fmt::format("its notes last {:g} s and are heard for {:g} s", s.lengthSeconds, s.durationSeconds);
  if (s.shard.number < 1 || s.shard.number > s.shard.of)
    return fmt::format("it is shard {} of {}", s.shard.number, s.shard.of);
  return "";
}

}  // namespace

Library::Library(const fs::path& file, Database::Mode mode)
    : file_(file), database_(std::make_unique<Database>(file, mode)) {
  if (mode != Database::Mode::readOnly) lock_ = FileLock(file);
}

Library Library::create(const fs::path& file, const LibrarySettings& settings) {
  Library library(file, Database::Mode::create);
  Database& database = *library.database_;
  {
    auto format = database.prepare("PRAGMA user_version");
    format.step();
    if (format.integer(0) != 0)
      failSystem("{} has just been made by another process; run the command again", file.string());
  }
  database.execute(fmt::format("PRAGMA page_size = {}", kPageSize));
  Transaction transaction(database);
  database.execute(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kApplicationId, kFormat));
  database.execute(kSchema);
  makeTablesOfFormat2(database, "CREATE");
  database.execute(kIndexOfFormat2);
  database.execute(kRowsOfFormat3);
  makeTablesOfFormat3(database, "CREATE");
  auto insert = database.prepare("INSERT INTO settings VALUES (?, ?)");
  const auto put = [&](const char* key, const auto& value) {
    insert.bind(1, std::string(key)).bind(2, value).run();
  };
  put("space_toml", settings.spaceToml);
  put("space_name", settings.spaceName);
  put("space_fingerprint", settings.spaceFingerprint);
  put("synth_format", settings.synthFormat);
  put("synth_id", settings.synthId);
  put("synth_name", settings.synthName);
  put("synth_version", settings.synthVersion);
  insert.bind(1, std::string("base")).bindBytes(2, settings.base).run();
  put("own_base", std::int64_t(settings.ownBase));
  put("seed", std::int64_t(settings.seed));
  put("notes", joined(settings.notes));
  put("velocity", std::int64_t(settings.velocity));
  put("length_s", settings.lengthSeconds);
  put("duration_s", settings.durationSeconds);
  put("sampling", settings.sampling);
  put("around", settings.around);
  put("next_attempt", std::int64_t(settings.shard.number - 1));
  put("silent", std::int64_t(0));
  if (settings.shard.of > 1) {
    put("shard", std::int64_t(settings.shard.number));
    put("shards", std::int64_t(settings.shard.of));
    put("shard_count", std::int64_t(settings.shard.count));
  }
  library.settings_ = settings;
  for (std::size_t i = 0; i < settings.embedders.size(); ++i) {
    insertEmbedding(database, settings.embedders[i]);
    makeVectorTable(database, i);
  }
  transaction.commit();
  return library;
}

Library Library::open(const fs::path& file, Database::Mode mode) {
  std::error_code error;
  if (!fs::exists(file, error))
    failInput("{}: no such library; 'patchpilot library build' makes one", file.string());
  if (fs::is_directory(file, error)) failInput("{} is a directory; name a library file", file.string());
  // A write that was cut off is undone by the next one who may write, not by a reader.
  if (mode == Database::Mode::readOnly && fs::exists(file.string() + "-journal", error))
    Database(file, Database::Mode::readWrite).execute("SELECT count(*) FROM sqlite_master");
  Library library(file, mode);
  auto id = library.database_->prepare("PRAGMA application_id");
  id.step();
  if (id.integer(0) != kApplicationId)
    failInput("{} is no Patch Pilot library; name a file that 'patchpilot library build' made",
              file.string());
  auto format = library.database_->prepare("PRAGMA user_version");
  format.step();
  if (format.integer(0) < 1 || format.integer(0) > kFormat)
    failInput(
        "{} has library format {}, this program reads 1 to {}; build it anew or use another version of Patch "
        "Pilot",
        file.string(), format.integer(0), kFormat);
  const std::int64_t found = format.integer(0);
  // Of a page that is cut in two SQLite reads zeros. While a statement is under way, nobody writes.
  auto page = library.database_->prepare("PRAGMA page_size");
  if (page.step() && fs::file_size(file) % std::uintmax_t(page.integer(0)) != 0)
    failInput("{} is damaged: it has been cut short; copy it again, or build it anew", file.string());
  page.reset();
  format.reset();  // a statement that is under way keeps tables from being dropped
  id.reset();
  library.bringUpToDate(mode, found);
  library.readSettings();
  library.readEmbedders();
  return library;
}

void Library::bringUpToDate(Database::Mode mode, std::int64_t format) {
  const bool reader = mode == Database::Mode::readOnly;
  if (format == kFormat) {
    if (!reader && !knowsWeights(*database_))
      database_->execute("ALTER TABLE embeddings ADD COLUMN weights TEXT NOT NULL DEFAULT ''");
    return;
  }
  // A reader leaves the file as it is, and sees the tables that it lacks as empty ones.
  std::optional<Transaction> transaction;
  if (!reader) transaction.emplace(*database_);
  const std::string create = reader ? "CREATE TEMP" : "CREATE";
  if (format < 2) makeTablesOfFormat2(*database_, create);
  if (!reader) {
    database_->execute(kIndexOfFormat2);
    database_->execute("INSERT OR IGNORE INTO settings VALUES ('sampling', 'uniform'), ('around', '')");
  }
  makeTablesOfFormat3(*database_, create);
  const EmbedderInfo embedder = embedderOfFormat2(*database_);
  hasOldRows_ = reader;
  if (reader) return insertEmbedding(*database_, embedder);
  database_->execute("ALTER TABLE rows RENAME TO old_rows");
  database_->execute(kRowsOfFormat3);
  insertEmbedding(*database_, embedder);
  makeVectorTable(*database_, 0);
  database_->execute(
      fmt::format("INSERT INTO rows SELECT patch * {0} + note, rms_db FROM old_rows ORDER BY patch, note;"
                  "INSERT INTO {1} SELECT patch * {0} + note, embedding FROM old_rows ORDER BY patch, note;"
                  "UPDATE embeddings SET rows = (SELECT count(*) FROM rows);"
                  "DROP TABLE old_rows; DELETE FROM settings WHERE key IN ('embedder', 'embedder_version');"
                  "PRAGMA user_version = {2}",
                  kNotes, vectorTable(0), kFormat));
  transaction->commit();
}

void Library::readSettings() {
  auto select = database_->prepare("SELECT key, value FROM settings");
  std::map<std::string, std::string> texts;
  while (select.step()) {
    const std::string key = select.text(0);
    if (key == "base") settings_.base = select.bytes(1);
    else if (key == "length_s") settings_.lengthSeconds = select.real(1);
    else if (key == "duration_s") settings_.durationSeconds = select.real(1);
    else if (key == "seed") settings_.seed = std::uint64_t(select.integer(1));
    else if (key == "shard") settings_.shard.number = int(select.integer(1));
    else if (key == "shards") settings_.shard.of = int(select.integer(1));
    else if (key == "shard_count") settings_.shard.count = std::uint64_t(select.integer(1));
    else if (key == "velocity") settings_.velocity = int(select.integer(1));
    else if (key == "own_base") settings_.ownBase = select.integer(1) != 0;
    else texts[key] = select.text(1);
  }
  settings_.spaceToml = texts["space_toml"];
  settings_.spaceName = texts["space_name"];
  settings_.spaceFingerprint = texts["space_fingerprint"];
  settings_.synthFormat = texts["synth_format"];
  settings_.synthId = texts["synth_id"];
  settings_.synthName = texts["synth_name"];
  settings_.synthVersion = texts["synth_version"];
  settings_.sampling = texts.contains("sampling") ? texts["sampling"] : "uniform";
  settings_.around = texts["around"];
  settings_.notes = split(texts["notes"]).value_or(std::vector<int>());
  if (const std::string problem = problemOf(settings_); !problem.empty())
    failInput("{} is damaged: {}; build it anew", file_.string(), problem);
}

void Library::readEmbedders() {
  auto select =
      database_->prepare(fmt::format("SELECT name, version, dimension, {} FROM embeddings ORDER BY id",
                                     knowsWeights(*database_) ? "weights" : "''"));
  settings_.embedders.clear();
  while (select.step()) {
    const std::int64_t dimension = select.integer(2);
    if (dimension < 1 || dimension > kLargestDimension)
      failInput("{} is damaged: its vectors of {} have {} values; build it anew", file_.string(),
                select.text(0), dimension);
    settings_.embedders.push_back({select.text(0), int(select.integer(1)), int(dimension), select.text(3)});
  }
  if (settings_.embedders.empty())
    failInput("{} is damaged: it names no embedding; build it anew", file_.string());
}

LibraryCounts Library::counts() {
  auto select = database_->prepare(
      "SELECT (SELECT value FROM settings WHERE key = 'next_attempt'), (SELECT count(*) FROM patches),"
      " (SELECT count(*) FROM rows), (SELECT value FROM settings WHERE key = 'silent'),"
      " (SELECT count(*) FROM skipped)");
  select.step();
  const auto at = [&](int column) { return std::uint64_t(select.integer(column)); };
  return {at(0), at(1), at(2), at(3), at(4)};
}

void Library::setSampling(const std::string& sampling, const std::string& around, std::uint64_t seed) {
  auto update = database_->prepare(
      "INSERT OR REPLACE INTO settings VALUES ('sampling', ?), ('around', ?), ('seed', ?)");
  update.bind(1, sampling).bind(2, around).bind(3, std::int64_t(seed)).run();
  settings_.sampling = sampling;
  settings_.around = around;
  settings_.seed = seed;
}

void Library::setShardCount(std::uint64_t count) {
  auto update = database_->prepare("UPDATE settings SET value = ? WHERE key = 'shard_count'");
  update.bind(1, std::int64_t(count)).run();
  settings_.shard.count = count;
}

std::int64_t Library::insertPatch(const Patch& patch, std::optional<std::uint64_t> attempt,
                                  const std::vector<LibraryRow>& rows,
                                  const std::vector<std::string>& sources) {
  const std::int64_t state = patch.state.empty() ? 0 : StateStore(*database_).put(patch.state);
  auto insert =
      database_->prepare("INSERT INTO patches (attempt, parameters, state, source) VALUES (?, ?, ?, ?)");
  insert.bindFloats(2, patch.values).bind(4, patch.source);
  if (attempt) insert.bind(1, std::int64_t(*attempt));
  if (state != 0) insert.bind(3, state);
  insert.run();
  const std::int64_t id = database_->lastRowId();
  for (const auto& row : rows) insertRow(id, row);
  auto line = database_->prepare("INSERT OR IGNORE INTO lineage (patch, source, own) VALUES (?, ?, ?)");
  for (const auto& source : sources) line.bind(1, id).bind(2, source).bind(3, std::int64_t(!attempt)).run();
  return id;
}

void Library::insertRow(std::int64_t patch, const LibraryRow& row) {
  const std::int64_t number = rowNumber({patch, row.note});
  auto insert = database_->prepare("INSERT INTO rows VALUES (?, ?)");
  insert.bind(1, number).bind(2, row.rmsDb).run();
  for (std::size_t i = 0; i < row.embeddings.size(); ++i)
    if (row.embeddings[i].empty()) insertFailure(i, number, "could not be rendered again in a shard");
    else insertVector(i, number, row.embeddings[i]);
  if (row.audio.bytes.empty()) return;
  auto audio = database_->prepare("INSERT INTO audio VALUES (?, ?, ?)");
  audio.bind(1, number).bind(2, row.audio.scale).bindBytes(3, row.audio.bytes).run();
  auto count = database_->prepare(
      "INSERT INTO settings VALUES ('audio_rows', 1), ('audio_bytes', ?) ON CONFLICT (key) DO UPDATE SET "
      "value = value + excluded.value");
  count.bind(1, std::int64_t(row.audio.bytes.size())).run();
}

void Library::insertVector(std::size_t embedding, std::int64_t row, std::span<const float> vector) {
  const EmbedderInfo& embedder = settings_.embedders.at(embedding);
  const auto refuse = [&](const std::string& why) {
    failInput(
        "{}: the vector of {} for patch {}, note {} {}; check that the embedder is the one that the library "
        "was made with",
        file_.string(), embedder.name, rowKey(row).patch, rowKey(row).note, why);
  };
  if (vector.size() != std::size_t(embedder.dimension))
    refuse(fmt::format("has {} values instead of {}", vector.size(), embedder.dimension));
  if (containsNonFinite(vector)) refuse("holds values that are no numbers");
  auto insert = database_->prepare(fmt::format("INSERT INTO {} VALUES (?, ?)", vectorTable(embedding)));
  insert.bind(1, row).bindFloats(2, vector).run();
  auto count = database_->prepare("UPDATE embeddings SET rows = rows + 1 WHERE id = ?");
  count.bind(1, std::int64_t(embedding + 1)).run();
}

void Library::insertFailure(std::size_t embedding, std::int64_t row, const std::string& problem) {
  auto insert = database_->prepare("INSERT INTO failures VALUES (?, ?, ?)");
  insert.bind(1, std::int64_t(embedding + 1)).bind(2, row).bind(3, problem).run();
}

void Library::append(const std::vector<LibraryAttempt>& batch, std::uint64_t nextAttempt) {
  Transaction transaction(*database_);
  auto skipped = database_->prepare("INSERT INTO skipped VALUES (?, ?)");
  std::int64_t silent = 0;
  for (const auto& attempt : batch) {
    if (attempt.fate == LibraryAttempt::Fate::silent) ++silent;
    else if (attempt.fate == LibraryAttempt::Fate::skipped)
      skipped.bind(1, std::int64_t(attempt.index)).bind(2, attempt.problem).run();
    else insertPatch(attempt.patch, attempt.index, attempt.rows, attempt.sources);
  }
  auto next = database_->prepare("UPDATE settings SET value = ? WHERE key = 'next_attempt'");
  next.bind(1, std::int64_t(nextAttempt)).run();
  auto count = database_->prepare("UPDATE settings SET value = value + ? WHERE key = 'silent'");
  count.bind(1, silent).run();
  transaction.commit();
}

std::vector<std::int64_t> Library::appendPresets(const std::vector<PresetRecord>& batch) {
  Transaction transaction(*database_);
  auto insert = database_->prepare(
      "INSERT OR REPLACE INTO presets (content, path, fate, problem, patch) VALUES (?, ?, ?, ?, ?)");
  auto line = database_->prepare("INSERT OR IGNORE INTO lineage (patch, source, own) VALUES (?, ?, 1)");
  std::vector<std::int64_t> ids;
  for (const auto& record : batch) {
    const bool kept = record.fate == PresetRecord::Fate::kept;
    ids.push_back(kept ? insertPatch(record.patch, std::nullopt, record.rows, record.sources) : 0);
    insert.bind(1, record.content)
        .bind(2, record.path)
        .bind(3, std::int64_t(record.fate))
        .bind(4, record.problem);
    insert.bind(5, kept ? ids.back() : record.duplicateOf).run();
    if (record.fate == PresetRecord::Fate::duplicate)
      for (const auto& source : record.sources) line.bind(1, record.duplicateOf).bind(2, source).run();
  }
  transaction.commit();
  return ids;
}

std::vector<std::int64_t> Library::patchIds() {
  auto select = database_->prepare("SELECT id FROM patches ORDER BY id");
  std::vector<std::int64_t> ids;
  while (select.step()) ids.push_back(select.integer(0));
  return ids;
}

Patch Library::patch(std::int64_t id) {
  auto select =
      database_->prepare("SELECT parameters, state, source, typeof(state) FROM patches WHERE id = ?");
  if (!select.bind(1, id).step()) failInput("{} has no patch {}", file_.string(), id);
  const bool apart = select.text(3) == "integer";
  return {select.floats(0),
          apart ? StateStore(*database_).get(select.integer(1), file_.string()) : select.bytes(1),
          select.text(2)};
}

std::vector<LibraryAttempt> Library::keptAfter(std::int64_t id, int limit) {
  auto select = database_->prepare(
      "SELECT id, attempt FROM patches WHERE id > ? AND attempt IS NOT NULL ORDER BY id LIMIT ?");
  select.bind(1, id).bind(2, std::int64_t(limit));
  std::vector<LibraryAttempt> attempts;
  while (select.step()) {
    LibraryAttempt attempt;
    attempt.index = std::uint64_t(select.integer(1));
    attempt.patch = patch(select.integer(0));
    attempt.rows = rowsOf(select.integer(0));
    attempt.sources = sources(select.integer(0));
    attempts.push_back(std::move(attempt));
  }
  return attempts;
}

std::vector<LibraryRow> Library::rowsOf(std::int64_t patch) {
  std::vector<LibraryRow> rows;
  auto levels = selectLevels(patch, patch + 1);
  while (levels.step()) {
    LibraryRow& row = rows.emplace_back();
    row.note = int(levels.integer(1));
    row.rmsDb = levels.real(2);
    row.embeddings.resize(settings_.embedders.size());
    row.audio = audio({patch, row.note});
  }
  for (std::size_t i = 0; i < settings_.embedders.size(); ++i) {
    auto vectors = selectVectors(i, patch, patch + 1);
    while (vectors.step())
      for (LibraryRow& row : rows)
        if (row.note == int(vectors.integer(1))) row.embeddings[i] = vectors.floats(2);
  }
  return rows;
}

std::vector<std::string> Library::sources(std::int64_t id) {
  auto select = database_->prepare("SELECT source FROM lineage WHERE patch = ? ORDER BY source");
  select.bind(1, id);
  std::vector<std::string> sources;
  while (select.step()) sources.push_back(select.text(0));
  return sources;
}

std::set<std::string> Library::withDuplicates(const std::set<std::string>& sources) {
  std::set<std::string> all = sources;
  for (const auto& source : sources)
    if (const auto preset = presetWith(source); preset != 0)
      for (auto& other : this->sources(preset)) all.insert(std::move(other));
  return all;
}

std::unordered_set<std::int64_t> Library::patchesFrom(const std::set<std::string>& sources) {
  auto select = database_->prepare("SELECT patch FROM lineage WHERE source = ?");
  std::unordered_set<std::int64_t> patches;
  for (const auto& source : sources) {
    select.reset();
    select.bind(1, source);
    while (select.step()) patches.insert(select.integer(0));
  }
  return patches;
}

std::int64_t Library::presetWith(const std::string& source) {
  auto select = database_->prepare("SELECT patch FROM lineage WHERE source = ? AND own = 1");
  return select.bind(1, source).step() ? select.integer(0) : 0;
}

std::optional<PresetRecord> Library::knownPreset(const std::string& content) {
  auto select = database_->prepare("SELECT path, fate, problem, patch FROM presets WHERE content = ?");
  if (!select.bind(1, content).step()) return std::nullopt;
  PresetRecord record;
  record.content = content;
  record.path = select.text(0);
  record.fate = PresetRecord::Fate(select.integer(1));
  record.problem = select.text(2);
  if (record.fate == PresetRecord::Fate::duplicate) record.duplicateOf = select.integer(3);
  return record;
}

void Library::movePreset(const std::string& content, const std::string& path) {
  Transaction transaction(*database_);
  auto source = database_->prepare(
      "UPDATE patches SET source = ? WHERE id = (SELECT patch FROM presets WHERE content = ?)");
  source.bind(1, path).bind(2, content).run();
  auto preset = database_->prepare("UPDATE presets SET path = ? WHERE content = ?");
  preset.bind(1, path).bind(2, content).run();
  transaction.commit();
}

std::string Library::stateHash(std::int64_t id) {
  auto select = database_->prepare(
      "SELECT states.hash FROM patches JOIN states ON states.id = patches.state WHERE patches.id = ?");
  return select.bind(1, id).step() ? select.text(0) : std::string();
}

std::string Library::patchSource(std::int64_t id) {
  auto select = database_->prepare("SELECT source FROM patches WHERE id = ?");
  return select.bind(1, id).step() ? select.text(0) : std::string();
}

std::vector<KeptPreset> Library::presets() {
  auto select = database_->prepare("SELECT patch, path FROM presets WHERE fate = ? ORDER BY patch");
  select.bind(1, std::int64_t(PresetRecord::Fate::kept));
  std::vector<KeptPreset> presets;
  while (select.step()) presets.push_back({select.integer(0), select.text(1)});
  return presets;
}

std::size_t Library::embedding(const std::string& name) const {
  std::string all;
  for (std::size_t i = 0; i < settings_.embedders.size(); ++i) {
    if (settings_.embedders[i].name == name) return i;
    all += (all.empty() ? "" : ", ") + settings_.embedders[i].name;
  }
  failInput("{} holds no embeddings of {}, only of {}; 'patchpilot library embed {} --with {}' adds them",
            file_.string(), name, all, file_.string(), name);
}

int Library::dimension(std::size_t embedding) const { return settings_.embedders[embedding].dimension; }

EmbeddingCounts Library::embeddingCounts(std::size_t embedding) {
  if (hasOldRows_) return {counts().rows, 0};
  auto select = database_->prepare(
      "SELECT rows, (SELECT count(*) FROM failures WHERE embedding = ?1) FROM embeddings WHERE id = ?1");
  select.bind(1, std::int64_t(embedding + 1)).step();
  const std::int64_t rows = select.integer(0);
  if (const auto all = std::int64_t(counts().rows); rows < 0 || rows > all)
    failInput("{} is damaged: it counts {} vectors of {} for {} renders; build it anew", file_.string(), rows,
              settings_.embedders[embedding].name, all);
  return {std::uint64_t(rows), std::uint64_t(select.integer(1))};
}

bool Library::isWhole(std::size_t embedding) {
  const EmbeddingCounts have = embeddingCounts(embedding);
  return have.rows + have.failed >= counts().rows;
}

void Library::requireWhole(std::size_t embedding) {
  if (isWhole(embedding)) return;
  const std::string& name = settings_.embedders[embedding].name;
  failInput(
      "{} holds embeddings of {} for {} of its {} renders; 'patchpilot library embed {} --with {}' goes on "
      "with them",
      file_.string(), name, embeddingCounts(embedding).rows, counts().rows, file_.string(), name);
}

std::size_t Library::addEmbedding(const EmbedderInfo& embedder) {
  const std::size_t place = settings_.embedders.size();
  Transaction transaction(*database_);
  insertEmbedding(*database_, embedder);
  makeVectorTable(*database_, place);
  transaction.commit();
  settings_.embedders.push_back(embedder);
  return place;
}

void Library::forgetEmbedding(std::size_t embedding, const EmbedderInfo& embedder) {
  const auto id = std::int64_t(embedding + 1);
  Transaction transaction(*database_);
  database_->execute("DELETE FROM " + vectorTable(embedding));
  auto forget = database_->prepare("DELETE FROM failures WHERE embedding = ?");
  forget.bind(1, id).run();
  auto update = database_->prepare(
      "UPDATE embeddings SET version = ?, dimension = ?, weights = ?, rows = 0 WHERE id = ?");
  update.bind(1, std::int64_t(embedder.version))
      .bind(2, std::int64_t(embedder.dimension))
      .bind(3, embedder.weights)
      .bind(4, id)
      .run();
  transaction.commit();
  settings_.embedders[embedding] = embedder;
}

std::vector<RowKey> Library::rowsWithout(std::size_t embedding, RowKey after, bool kept, int limit) {
  auto select = database_->prepare(
      fmt::format("SELECT id FROM rows WHERE id > ? AND NOT EXISTS (SELECT 1 FROM {} WHERE row = rows.id)"
                  " AND EXISTS (SELECT 1 FROM audio WHERE row = rows.id) = ? ORDER BY id LIMIT ?",
                  vectorTable(embedding)));
  select.bind(1, rowNumber(after)).bind(2, std::int64_t(kept)).bind(3, std::int64_t(limit));
  std::vector<RowKey> rows;
  while (select.step()) rows.push_back(rowKey(select.integer(0)));
  return rows;
}

void Library::appendEmbedding(std::size_t embedding, const std::vector<RowEmbedding>& batch) {
  Transaction transaction(*database_);
  auto forget = database_->prepare("DELETE FROM failures WHERE embedding = ? AND row = ?");
  for (const RowEmbedding& one : batch) {
    const std::int64_t number = rowNumber(one.row);
    forget.bind(1, std::int64_t(embedding + 1)).bind(2, number).run();
    if (one.vector.empty()) insertFailure(embedding, number, one.problem);
    else insertVector(embedding, number, one.vector);
  }
  transaction.commit();
}

std::vector<std::string> Library::failedProblems(std::size_t embedding, int limit) {
  auto select =
      database_->prepare("SELECT row, problem FROM failures WHERE embedding = ? ORDER BY row LIMIT ?");
  select.bind(1, std::int64_t(embedding + 1)).bind(2, std::int64_t(limit));
  std::vector<std::string> problems;
  while (select.step())
    problems.push_back(fmt::format("patch {}, note {}: {}", rowKey(select.integer(0)).patch,
                                   rowKey(select.integer(0)).note, select.text(1)));
  return problems;
}

Flac Library::audio(const RowKey& row) {
  auto select = database_->prepare("SELECT scale, flac FROM audio WHERE row = ?");
  return select.bind(1, rowNumber(row)).step() ? Flac{select.bytes(1), select.real(0)} : Flac{};
}

Library::AudioCounts Library::audioCounts() {
  auto select = database_->prepare(
      "SELECT (SELECT value FROM settings WHERE key = 'audio_rows'), (SELECT value FROM settings WHERE key = "
      "'audio_bytes')");
  select.step();
  return {std::uint64_t(select.integer(0)), std::uint64_t(select.integer(1))};
}

/// Patch, note and vector of the rows of the patches from `first` up to before `end`.
Statement Library::selectVectors(std::size_t embedding, std::int64_t first, std::int64_t end) {
  Statement select = database_->prepare(
      hasOldRows_
          ? "SELECT patch, note, embedding FROM main.rows WHERE patch >= ? AND patch < ? ORDER BY patch, note"
          : fmt::format("SELECT row / {0}, row % {0}, vector FROM {1} WHERE row >= ? * {0} AND row < ? * {0} "
                        "ORDER BY row",
                        kNotes, vectorTable(embedding)));
  select.bind(1, first).bind(2, end);
  return select;
}

/// Patch, note and level, the same way.
Statement Library::selectLevels(std::int64_t first, std::int64_t end) {
  Statement select = database_->prepare(
      hasOldRows_
          ? "SELECT patch, note, rms_db FROM main.rows WHERE patch >= ? AND patch < ? ORDER BY patch, note"
          : fmt::format("SELECT id / {0}, id % {0}, rms_db FROM rows WHERE id >= ? * {0} AND id < ? * {0} "
                        "ORDER BY id",
                        kNotes));
  select.bind(1, first).bind(2, end);
  return select;
}

void Library::forEachRow(const std::function<void(std::int64_t, int, std::span<const float>)>& use,
                         std::uint64_t limit, std::size_t embedding) {
  std::vector<float> vector(static_cast<std::size_t>(dimension(embedding)));
  auto select = selectVectors(embedding, 0, kEndOfPatches);
  for (std::uint64_t row = 0; row < limit && select.step(); ++row) {
    if (select.size(2) != vector.size() * sizeof(float)) continue;
    select.floats(2, vector);
    if (!containsNonFinite(vector)) use(select.integer(0), int(select.integer(1)), vector);
  }
}

std::vector<Library::Level> Library::levels() {
  auto select = selectLevels(0, kEndOfPatches);
  std::vector<Level> levels;
  while (select.step())
    levels.push_back({{select.integer(0), int(select.integer(1))}, float(select.real(2))});
  return levels;
}

Library::Embeddings Library::embeddings(std::size_t embedding) {
  Embeddings result;
  result.dimension = dimension(embedding);
  result.vectors.reserve(embeddingCounts(embedding).rows * std::size_t(result.dimension));
  forEachRow(
      [&](std::int64_t patch, int note, std::span<const float> vector) {
        result.patches.push_back(patch);
        result.notes.push_back(note);
        result.vectors.insert(result.vectors.end(), vector.begin(), vector.end());
      },
      ~std::uint64_t(0), embedding);
  return result;
}

Library::Glance Library::glance(std::size_t embedding) {
  constexpr int kLooks = 16;
  Glance glance;
  glance.rows = embeddingCounts(embedding).rows;
  auto last = database_->prepare(
      hasOldRows_ ? "SELECT max(patch) FROM main.rows"
                  : fmt::format("SELECT max(row) / {} FROM {}", kNotes, vectorTable(embedding)));
  last.step();
  glance.lastPatch = last.integer(0);
  for (int look = 0; look <= kLooks; ++look) {
    auto row = selectVectors(embedding, glance.lastPatch * look / kLooks, kEndOfPatches);
    if (row.step()) glance.some.push_back(row.floats(2));
  }
  return glance;
}

std::map<std::uint64_t, std::string> Library::skipped() {
  auto select = database_->prepare("SELECT attempt, problem FROM skipped");
  std::map<std::uint64_t, std::string> skipped;
  while (select.step()) skipped.emplace(std::uint64_t(select.integer(0)), select.text(1));
  return skipped;
}

std::vector<std::string> Library::skippedProblems(int limit) {
  auto select = database_->prepare("SELECT attempt, problem FROM skipped ORDER BY attempt LIMIT ?");
  select.bind(1, std::int64_t(limit));
  std::vector<std::string> problems;
  while (select.step()) problems.push_back(fmt::format("patch {}: {}", select.integer(0), select.text(1)));
  return problems;
}

}  // namespace patchpilot
