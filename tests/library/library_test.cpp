#include "library/library.h"

#include "base/error.h"
#include "library/compatibility.h"
#include "library/neighbours.h"
#include "library_contents.h"
#include "library_rows.h"
#include "preset/surge/patch.h"
#include "test_support.h"

#include <cmath>
#include <functional>
#include <tuple>

namespace patchpilot {
namespace {

bool refuses(const std::function<void()>& action, const std::string& part) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    return true;
  }
  return false;
}

LibraryAttempt madeUp(std::uint64_t index) {
  LibraryAttempt attempt;
  attempt.index = index;
  attempt.patch = Patch::point({0.25f, float(index)});
  attempt.rows.push_back(
      {60, -20, {std::vector<float>(std::size_t(makeEmbedder()->dimension()), float(index))}});
  return attempt;
}

LibrarySettings madeUpSettings() {
  LibrarySettings settings;
  settings.spaceToml = "format = 1";
  settings.spaceName = "s";
  settings.spaceFingerprint = "f";
  settings.synthFormat = "LV2";
  settings.synthId = "urn:x";
  settings.synthName = "X";
  settings.synthVersion = "1.2";
  settings.base = {1, 0, 255};
  settings.ownBase = true;
  settings.seed = 7;
  settings.notes = {36, 60};
  settings.velocity = 99;
  settings.lengthSeconds = 0.1;
  settings.durationSeconds = 0.3;
  settings.embedders = {embedderInfo("mel-envelope")};
  return settings;
}

TEST(Library, RefusesWhatItCannotContinue) {
  const TemporaryFolder folder;
  const LibrarySettings settings = madeUpSettings();
  const Library library = Library::create(folder / "a.db", settings);
  EXPECT_NO_THROW(checkCompatible(library, settings));
  const auto changed = [&](auto change) {
    LibrarySettings other = settings;
    change(other);
    return [&library, other] { checkCompatible(library, other); };
  };
  EXPECT_TRUE(refuses(changed([](auto& s) { s.synthVersion = "9.9"; }), "9.9"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.spaceFingerprint = "0"; }), "another parameter space"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.notes = {61}; }), "notes 61"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.seed = 8; }), "seed"));
  EXPECT_TRUE(refuses(changed([](auto& s) {
                        s.synthId = "urn:y";
                        s.synthName = "Y";
                      }),
                      "not of Y"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.embedders[0].version = 7; }), "embeddings"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.tempoBpm = 140; }),
                      "was rendered at 120 BPM, asked for are 140; give --bpm 120"));
}

TEST(Library, KeepsItsTempo) {
  const TemporaryFolder folder;
  LibrarySettings settings = madeUpSettings();
  settings.tempoBpm = 97.5;
  Library::create(folder / "a.db", settings);
  EXPECT_EQ(Library::open(folder / "a.db").settings().tempoBpm, 97.5);
}

TEST(Library, OfEarlierVersionsIsAt120) {
  const TemporaryFolder folder;
  LibrarySettings settings = madeUpSettings();
  settings.tempoBpm = 90;
  Library::create(folder / "a.db", settings);
  Database(folder / "a.db", Database::Mode::readWrite)
      .execute("DELETE FROM settings WHERE key = 'tempo_bpm'");
  EXPECT_EQ(Library::open(folder / "a.db").settings().tempoBpm, 120);
}

TEST(Library, RefusesFilesThatAreNone) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "text.db", std::string_view(std::string(5000, 'x')));
  EXPECT_TRUE(refuses([&] { Library::open(folder / "text.db"); }, "no Patch Pilot library"));
  EXPECT_TRUE(refuses([&] { Library::open(folder / "none.db"); }, "no such library"));
  EXPECT_TRUE(refuses([&] { Library::open(folder.path()); }, "directory"));
  Database(folder / "other.db", Database::Mode::create).execute("CREATE TABLE x (y)");
  EXPECT_TRUE(refuses([&] { Library::open(folder / "other.db"); }, "no Patch Pilot library"));
}

TEST(Library, OpensWithAllThatWasWritten) {
  const TemporaryFolder folder;
  const LibrarySettings s = madeUpSettings();
  {
    Library library = Library::create(folder / "a.db", s);
    LibraryAttempt silent = madeUp(1), skipped = madeUp(2);
    silent.fate = LibraryAttempt::Fate::silent;
    skipped.fate = LibraryAttempt::Fate::skipped;
    skipped.problem = "crashed";
    library.attempts().append({madeUp(0), silent, skipped, madeUp(3)}, 4);
  }
  Library library = Library::open(folder / "a.db");
  const LibrarySettings& r = library.settings();
  EXPECT_EQ(std::tie(r.spaceToml, r.spaceName, r.spaceFingerprint, r.synthFormat, r.synthId, r.synthName,
                     r.synthVersion),
            std::tie(s.spaceToml, s.spaceName, s.spaceFingerprint, s.synthFormat, s.synthId, s.synthName,
                     s.synthVersion));
  EXPECT_EQ(std::tie(r.base, r.ownBase, r.seed, r.notes, r.velocity, r.lengthSeconds, r.durationSeconds),
            std::tie(s.base, s.ownBase, s.seed, s.notes, s.velocity, s.lengthSeconds, s.durationSeconds));
  EXPECT_NO_THROW(checkCompatible(library, s));
  const LibraryCounts counts = library.counts();
  EXPECT_EQ(counts.patches, 2u);
  EXPECT_EQ(counts.silent, 1u);
  EXPECT_EQ(counts.skipped, 1u);
  EXPECT_EQ(counts.nextAttempt, 4u);
  EXPECT_EQ(library.attempts().skippedProblems(5), std::vector<std::string>{"patch 2: crashed"});
  EXPECT_EQ(library.patches().get(2).values(), madeUp(3).patch.values());
  EXPECT_TRUE(refuses([&] { library.patches().get(99); }, "99"));
}

TEST(Library, CutShortIsRefusedWhereverItIsCut) {
  const TemporaryFolder folder;
  {
    Library library = Library::create(folder / "a.db", madeUpSettings());
    std::vector<LibraryAttempt> batch;
    for (std::uint64_t i = 0; i < 50; ++i) batch.push_back(madeUp(i));
    library.attempts().append(batch, 50);
  }
  const Bytes whole = readFile(folder / "a.db");
  for (const std::size_t size : {std::size_t(0), std::size_t(50), std::size_t(1000), std::size_t(4096),
                                 std::size_t(10000), whole.size() / 2, whole.size() - 4096}) {
    writeFileAtomically(folder / "cut.db", std::span(whole).first(size));
    EXPECT_TRUE(refuses([&] { Library::open(folder / "cut.db").embeddings().all(); }, "cut.db"))
        << size << " bytes";
  }
}

/// Opens a library after a change to its tables, and reads all that it holds.
void readAfter(const std::filesystem::path& file, const std::string& sql) {
  const std::filesystem::path damaged = file.parent_path() / "damaged.db";
  std::filesystem::copy_file(file, damaged, std::filesystem::copy_options::overwrite_existing);
  Database(damaged, Database::Mode::readWrite).execute(sql);
  Library library = Library::open(damaged);
  library.embeddings().all();
  library.embeddings().glance();
  for (const std::int64_t id : library.patches().ids()) library.patches().get(id);
}

TEST(Library, RefusesSettingsThatCannotBe) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "a.db";
  Library::create(file, madeUpSettings()).attempts().append({madeUp(0)}, 1);
  for (const auto& [key, value] :
       {std::pair("notes", "'36,x'"), std::pair("notes", "'60,999999999999'"), std::pair("notes", "''"),
        std::pair("notes", "'128'"), std::pair("velocity", "0"), std::pair("duration_s", "1e300"),
        std::pair("duration_s", "-1"), std::pair("length_s", "-1")})
    EXPECT_TRUE(refuses(
        [&] { readAfter(file, fmt::format("UPDATE settings SET value = {} WHERE key = '{}'", value, key)); },
        "damaged.db is damaged: "))
        << key << " " << value;
  for (const char* shard : {"('shard', 1), ('shards', 0)", "('shard', 4), ('shards', 3)"})
    EXPECT_TRUE(refuses([&] { readAfter(file, fmt::format("INSERT INTO settings VALUES {}", shard)); },
                        "damaged.db is damaged: "))
        << shard;
}

TEST(Library, BelievesNoSizeThatItCannotHold) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "a.db";
  {
    Library library = Library::create(file, madeUpSettings());
    library.attempts().append({madeUp(0)}, 1);
    PresetRecord preset;
    preset.content = "a";
    preset.patch = Patch::preset(Bytes(1000, 7));
    preset.rows = madeUp(0).rows;
    library.presets().append({preset});
  }
  for (const char* sql :
       {"UPDATE embeddings SET rows = 1 << 60", "UPDATE embeddings SET rows = -1",
        "UPDATE embeddings SET dimension = -1", "UPDATE embeddings SET dimension = 1 << 40",
        "UPDATE pieces SET size = -1", "UPDATE pieces SET size = 1 << 60", "UPDATE pieces SET size = 999",
        "UPDATE states SET pieces = 'x'", "UPDATE states SET pieces = '1 1'"})
    EXPECT_TRUE(refuses([&] { readAfter(file, sql); }, "damaged.db is damaged: ")) << sql;
}

/// What a kill leaves while a batch is being written: pages of it in the file, and the journal to undo them.
TEST(Library, KilledWhileWritingOpensWithoutTheBatchInFlight) {
  const TemporaryFolder folder;
  { Library::create(folder / "a.db", madeUpSettings()).attempts().append({madeUp(0)}, 1); }
  {
    Database database(folder / "a.db", Database::Mode::readWrite);
    database.execute(
        "PRAGMA cache_size = 2; BEGIN IMMEDIATE; DELETE FROM rows;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
        " INSERT INTO skipped SELECT i + 10, hex(randomblob(100)) FROM n");
    std::filesystem::copy_file(folder / "a.db", folder / "killed.db");
    ASSERT_TRUE(std::filesystem::exists(folder / "a.db-journal"));
    std::filesystem::copy_file(folder / "a.db-journal", folder / "killed.db-journal");
    database.execute("ROLLBACK");
  }
  std::filesystem::copy_file(folder / "killed.db", folder / "again.db");
  std::filesystem::copy_file(folder / "killed.db-journal", folder / "again.db-journal");
  // First by who only reads, `match` and `library info`, then by who goes on.
  for (const auto& [name, mode] :
       {std::pair("killed.db", Database::Mode::readOnly), std::pair("again.db", Database::Mode::readWrite)}) {
    try {
      Library library = Library::open(folder / name, mode);
      EXPECT_EQ(library.counts().rows, 1u);
      EXPECT_EQ(library.counts().skipped, 0u);
    } catch (const Error& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
  }
}

TEST(Library, KeepsAPresetWhole) {
  const TemporaryFolder folder;
  Library library = Library::create(folder / "a.db", madeUpSettings());
  LibraryAttempt attempt;
  attempt.patch = Patch::preset({1, 2, 3, 0, 255});
  attempt.patch.source = "/presets/a.fxp";
  attempt.rows.push_back({60, -20, {std::vector<float>(std::size_t(makeEmbedder()->dimension()), 0.5f)}});
  library.attempts().append({attempt}, 1);
  Library again = Library::open(library.file());
  EXPECT_EQ(again.patches().get(1).content, attempt.patch.content);
  EXPECT_EQ(again.patches().get(1).source, attempt.patch.source);
  EXPECT_TRUE(again.patches().get(1).preset().moved.empty());
}

TEST(Library, IsWrittenByOneAtATime) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::function<void()>& open) {
    try {
      open();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::system);
      return std::string(error.what());
    }
    return std::string("none");
  };
  const std::string busy = (folder / "a.db").string() +
                           " is being written by another process; wait for it to end, or choose another file";
  {
    Library writer = Library::create(folder / "a.db", madeUpSettings());
    EXPECT_EQ(refusal([&] { Library::open(folder / "a.db", Database::Mode::readWrite); }), busy);
    EXPECT_EQ(refusal([&] { Library::create(folder / "a.db", madeUpSettings()); }), busy);
    Library reader = Library::open(folder / "a.db");
    writer.attempts().append({madeUp(0)}, 1);
    EXPECT_EQ(reader.counts().patches, 1u);
    Library moved = std::move(writer);
    EXPECT_EQ(refusal([&] { Library::open(folder / "a.db", Database::Mode::readWrite); }), busy);
    moved.attempts().append({madeUp(1)}, 2);
  }
  EXPECT_NO_THROW(Library::open(folder / "a.db", Database::Mode::readWrite));
  EXPECT_NE(refusal([&] {
              Library::create(folder / "a.db", madeUpSettings());
            }).find("has just been made by another process"),
            std::string::npos);
}

TEST(Library, RefusesWhatIsNoVector) {
  const TemporaryFolder folder;
  Library library = Library::create(folder / "a.db", madeUpSettings());
  LibraryAttempt bad = madeUp(1);
  const auto append = [&] { library.attempts().append({madeUp(0), bad}, 2); };
  bad.rows[0].embeddings[0][5] = std::nanf("");
  EXPECT_TRUE(refuses(
      append, "a.db: the vector of mel-envelope for patch 2, note 60 holds values that are no numbers"));
  bad.rows[0].embeddings[0].resize(8);
  EXPECT_TRUE(refuses(append,
                      "the vector of mel-envelope for patch 2, note 60 has 8 values instead of 352; check "
                      "that the embedder is the one"));
  EXPECT_EQ(library.counts().rows, 0u) << "all of a batch or nothing";
  const std::size_t second = library.embeddings().add({"other", 1, 8});
  library.attempts().append({madeUp(0)}, 1);
  EXPECT_TRUE(refuses(
      [&] {
        library.embeddings().append(second, {{{1, 60}, std::vector<float>(7), ""}});
      },
      "the vector of other for patch 1, note 60 has 7 values"));
}

PresetRecord madeUpPreset(const std::string& name, std::vector<std::string> sources, Bytes state) {
  PresetRecord record;
  record.content = "content of " + name;
  record.path = "/presets/" + name;
  record.patch = Patch::preset(std::move(state));
  record.patch.source = record.path;
  record.rows = madeUp(0).rows;
  record.sources = std::move(sources);
  return record;
}

/// Surge patches with the same wavetable: the library keeps it once.
TEST(Library, GivesBackStatesToTheByteAndKeepsSharedPiecesOnce) {
  const TemporaryFolder folder;
  SurgePatch surge = emptySurgePatch();
  surge.wavetableBytes[2] = 100000;
  std::uint32_t noise = 1;
  for (int i = 0; i < 100000; ++i)
    surge.tail.push_back(std::uint8_t((noise = noise * 1664525u + 1013904223u) >> 24));
  std::vector<Bytes> states;
  std::vector<PresetRecord> records;
  for (int i = 0; i < 10; ++i) {
    setSurgeMeta(surge, {std::to_string(i), {}, {}, {}});
    states.push_back(serializeSurgePatch(surge));
    records.push_back(madeUpPreset(std::to_string(i), {}, states.back()));
  }
  Library library = Library::create(folder / "a.db", madeUpSettings());
  const auto ids = library.presets().append(records);
  for (std::size_t i = 0; i < ids.size(); ++i)
    EXPECT_EQ(library.patches().get(ids[i]).preset().state, states[i]);
  EXPECT_LT(std::filesystem::file_size(folder / "a.db"), 500000u);
}

TEST(Library, KnowsWhatEveryPatchCameFrom) {
  const TemporaryFolder folder;
  Library library = Library::create(folder / "a.db", madeUpSettings());
  PresetRecord twin = madeUpPreset("twin", {"hash c"}, {});
  twin.fate = PresetRecord::Fate::duplicate;
  twin.duplicateOf = 1;
  PresetRecord broken = madeUpPreset("broken", {}, {});
  broken.fate = PresetRecord::Fate::broken;
  broken.problem = "crashed";
  const auto ids = library.presets().append({madeUpPreset("a", {"hash a", "hash a loaded"}, {1}),
                                             madeUpPreset("b", {"hash b"}, {2}), twin, broken});
  EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 0, 0}));
  LibraryAttempt drawn = madeUp(0), derived = madeUp(1);
  derived.sources = {"hash a", "hash b"};
  library.attempts().append({drawn, derived}, 2);

  EXPECT_EQ(library.lineage().sources(1), (std::vector<std::string>{"hash a", "hash a loaded", "hash c"}));
  EXPECT_TRUE(library.lineage().sources(3).empty());
  EXPECT_EQ(library.lineage().sources(4), (std::vector<std::string>{"hash a", "hash b"}));
  EXPECT_EQ(library.lineage().patchesFrom({"hash c", "hash z"}), (std::unordered_set<std::int64_t>{1}));
  EXPECT_EQ(library.lineage().patchesFrom({"hash b"}), (std::unordered_set<std::int64_t>{2, 4}));
  EXPECT_EQ(library.lineage().withDuplicates({"hash c"}),
            (std::set<std::string>{"hash a", "hash a loaded", "hash c"}));
  EXPECT_EQ(library.lineage().presetWith("hash b"), 2) << "not the patch derived from it";
  EXPECT_EQ(library.lineage().presetWith("hash c"), 1);
  EXPECT_EQ(library.lineage().presetWith("hash z"), 0);
  ASSERT_TRUE(library.presets().known("content of broken"));
  EXPECT_EQ(library.presets().known("content of broken")->fate, PresetRecord::Fate::broken);
  EXPECT_EQ(library.presets().known("content of broken")->problem, "crashed");
  EXPECT_EQ(library.presets().known("content of twin")->duplicateOf, 1);
  EXPECT_EQ(library.patches().source(2), "/presets/b");
  EXPECT_FALSE(library.presets().known("content of another"));
  ASSERT_EQ(library.presets().kept().size(), 2u);
  EXPECT_EQ(library.presets().kept()[1].path, "/presets/b");
}

TEST(Library, KnowsByWhichWeightsItsVectorsWereMade) {
  const TemporaryFolder folder;
  LibrarySettings settings = madeUpSettings();
  settings.embedders.push_back({"taught", 1, 8, "0123456789abcdef"});
  LibraryAttempt attempt = madeUp(0);
  attempt.rows[0].embeddings.push_back(std::vector<float>(8, 1.0f));
  { Library::create(folder / "a.db", settings).attempts().append({attempt}, 1); }
  EXPECT_EQ(Library::open(folder / "a.db").settings().embedders, settings.embedders);

  // As it was written before that was known.
  std::filesystem::copy_file(folder / "a.db", folder / "old.db");
  Database(folder / "old.db", Database::Mode::readWrite)
      .execute("ALTER TABLE embeddings DROP COLUMN weights");
  const Bytes before = readFile(folder / "old.db");
  EXPECT_EQ(Library::open(folder / "old.db").settings().embedders[1].weights, "");
  EXPECT_EQ(readFile(folder / "old.db"), before);
  EXPECT_NO_THROW(checkCompatible(Library::open(folder / "old.db", Database::Mode::readWrite), settings));
  EXPECT_EQ(Library::open(folder / "old.db").embeddings().all(1).vectors, attempt.rows[0].embeddings[1]);

  LibrarySettings others = settings;
  others.embedders[1].weights = "fedcba9876543210";
  Library library = Library::open(folder / "a.db", Database::Mode::readWrite);
  EXPECT_TRUE(refuses([&] { checkCompatible(library, others); },
                      "taught version 1 (weights of hash 01234567), asked for are those of mel-envelope "
                      "version 1, taught version 1 (weights of hash fedcba98)"));
  others.embedders[1].dimension = 3;
  library.embeddings().forget(1, others.embedders[1]);
  EXPECT_EQ(library.embeddings().counts(1).rows, 0u);
  EXPECT_FALSE(library.embeddings().isWhole(1));
  EXPECT_TRUE(library.embeddings().isWhole(0));
  library.embeddings().append(1, {{{1, 60}, std::vector<float>(3, 2.0f), ""}});
  Library again = Library::open(folder / "a.db");
  EXPECT_EQ(again.settings().embedders, others.embedders);
  EXPECT_EQ(again.embeddings().all(1).vectors, (std::vector<float>{2, 2, 2}));
  EXPECT_EQ(again.embeddings().all(0).vectors, attempt.rows[0].embeddings[0]);
}

/// Turns a library into one as format 2 had it: a row holds the one vector that there is.
void makeFormat2(const std::filesystem::path& file) {
  Database database(file, Database::Mode::readWrite);
  database.execute(
      "ALTER TABLE rows RENAME TO new_rows;"
      "CREATE TABLE rows (patch INTEGER NOT NULL REFERENCES patches(id), note INTEGER NOT NULL, rms_db REAL "
      "NOT NULL,"
      " embedding BLOB NOT NULL, PRIMARY KEY (patch, note)) WITHOUT ROWID;"
      "INSERT INTO rows SELECT id / 128, id % 128, rms_db, vector FROM new_rows JOIN vectors_1 ON row = id;"
      "INSERT INTO settings SELECT 'embedder', name FROM embeddings;"
      "INSERT INTO settings SELECT 'embedder_version', version FROM embeddings;"
      "DROP TABLE new_rows; DROP TABLE vectors_1; DROP TABLE embeddings; DROP TABLE failures; DROP TABLE "
      "audio;"
      "PRAGMA user_version = 2");
}

TEST(Library, OfFormat2IsReadAsItIsAndHoldsTheSameWhenItIsBroughtUpToDate) {
  const TemporaryFolder folder;
  LibraryAttempt two = madeUp(0);
  two.rows.push_back(madeUp(7).rows[0]);
  two.rows[1].note = 36;
  two.rows[1].rmsDb = -30;
  { Library::create(folder / "new.db", madeUpSettings()).attempts().append({two, madeUp(1), madeUp(2)}, 3); }
  std::filesystem::copy_file(folder / "new.db", folder / "old.db");
  makeFormat2(folder / "old.db");
  const Bytes before = readFile(folder / "old.db");
  for (const auto mode : {Database::Mode::readOnly, Database::Mode::readWrite}) {
    Library library = Library::open(folder / "old.db", mode), whole = Library::open(folder / "new.db");
    EXPECT_EQ(library.settings().embedders, whole.settings().embedders);
    EXPECT_EQ(contentsOf(library), contentsOf(whole));
    std::vector<float> levels;
    for (const auto& level : library.rows().levels()) levels.push_back(level.rmsDb);
    EXPECT_EQ(levels, (std::vector<float>{-30, -20, -20, -20}));
    EXPECT_EQ(library.rows().levels()[1].row, (RowKey{1, 60}));
    EXPECT_EQ(library.embeddings().counts(0).rows, 4u);
    EXPECT_EQ(library.embeddings().glance().some, whole.embeddings().glance().some);
    EXPECT_EQ(library.embeddings().glance().lastPatch, 3);
    ASSERT_EQ(library.attempts().keptAfter(0, 9).size(), 3u);
    EXPECT_EQ(library.attempts().keptAfter(0, 9)[0].rows.size(), 2u);
    EXPECT_EQ(library.attempts().keptAfter(0, 9)[0].rows[0].embeddings, madeUp(7).rows[0].embeddings);
    EXPECT_EQ(library.audio().counts().rows, 0u);
    if (mode == Database::Mode::readOnly) {
      EXPECT_EQ(readFile(folder / "old.db"), before) << "reading has changed the file";
    }
  }
  EXPECT_TRUE(rowsOf(folder / "old.db") == rowsOf(folder / "new.db"));
}

TEST(Library, OfFormat2WithoutRowsIsBroughtUpToDate) {
  const TemporaryFolder folder;
  { Library::create(folder / "old.db", madeUpSettings()); }
  makeFormat2(folder / "old.db");
  EXPECT_EQ(Library::open(folder / "old.db").embeddings().dimension(), makeEmbedder()->dimension());
  Library::open(folder / "old.db", Database::Mode::readWrite).attempts().append({madeUp(0)}, 1);
  EXPECT_EQ(Library::open(folder / "old.db").embeddings().all().vectors, madeUp(0).rows[0].embeddings[0]);
}

/// Turns a library into one as format 1 had it: without the tables of format 2, a preset's state in its row.
void makeFormat1(const std::filesystem::path& file) {
  makeFormat2(file);
  Database database(file, Database::Mode::readWrite);
  database.execute(
      "DROP TABLE pieces; DROP TABLE states; DROP TABLE lineage; DROP TABLE presets;"
      "DELETE FROM settings WHERE key IN ('sampling', 'around');"
      "UPDATE patches SET state = x'010203' WHERE id = 2;"
      "PRAGMA user_version = 1");
}

TEST(Library, OfFormat1IsReadAsItIsAndBroughtUpToDateWhenWritten) {
  const TemporaryFolder folder;
  { Library::create(folder / "old.db", madeUpSettings()).attempts().append({madeUp(0), madeUp(1)}, 2); }
  makeFormat1(folder / "old.db");
  const Bytes before = readFile(folder / "old.db");
  {
    Library library = Library::open(folder / "old.db");
    EXPECT_EQ(library.patches().get(1).values(), madeUp(0).patch.values());
    EXPECT_EQ(library.patches().get(2).preset().state, (Bytes{1, 2, 3}));
    EXPECT_TRUE(library.lineage().sources(1).empty());
    EXPECT_TRUE(library.presets().kept().empty());
    EXPECT_EQ(library.settings().sampling, "uniform");
    EXPECT_EQ(NeighbourIndex(library).nearest(madeUp(1).rows[0].embeddings[0], 1).front().patch, 2);
  }
  EXPECT_EQ(readFile(folder / "old.db"), before) << "reading has changed the file";
  {
    Library library = Library::open(folder / "old.db", Database::Mode::readWrite);
    EXPECT_EQ(library.presets().append({madeUpPreset("a", {"hash a"}, {7, 8})}).front(), 3);
    library.attempts().append({madeUp(2)}, 3);
  }
  Library library = Library::open(folder / "old.db");
  EXPECT_EQ(library.counts().patches, 4u);
  EXPECT_EQ(library.patches().get(2).preset().state, (Bytes{1, 2, 3}));
  EXPECT_EQ(library.patches().get(3).preset().state, (Bytes{7, 8}));
  EXPECT_EQ(library.lineage().patchesFrom({"hash a"}), (std::unordered_set<std::int64_t>{3}));
  EXPECT_EQ(library.settings().sampling, "uniform");
  Database(folder / "old.db", Database::Mode::readWrite).execute("PRAGMA user_version = 5");
  EXPECT_TRUE(refuses([&] { Library::open(folder / "old.db"); }, "format 5"));
}

}  // namespace
}  // namespace patchpilot
