#include "library/builder.h"

#include "base/error.h"
#include "base/process.h"
#include "library/neighbours.h"
#include "library_rows.h"
#include "preset/surge/patch.h"
#include "test_support.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <functional>
#include <tuple>

namespace patchpilot {
namespace {

LibrarySettings shortSettings(const Synth& synth) {
  LibrarySettings settings = librarySettings(synth);
  settings.durationSeconds = 0.5;
  settings.lengthSeconds = 0.3;
  return settings;
}

/// All that a library holds, for comparison.
struct Contents {
  std::vector<std::int64_t> ids;
  std::vector<int> notes;
  std::uint64_t nextAttempt = 0;
  std::vector<std::vector<float>> patches;
  std::vector<float> vectors;
  std::uint64_t silent = 0;
  bool operator==(const Contents&) const = default;
};

Contents contentsOf(Library& library) {
  Contents contents;
  const auto embeddings = library.embeddings();
  for (const auto id : embeddings.patches) contents.patches.push_back(library.patch(id).values);
  contents.vectors = embeddings.vectors;
  contents.ids = embeddings.patches;
  contents.notes = embeddings.notes;
  contents.silent = library.counts().silent;
  contents.nextAttempt = library.counts().nextAttempt;
  return contents;
}

Contents built(const std::filesystem::path& file, const Synth& synth, int count, int workers) {
  Library library = Library::create(file, shortSettings(synth));
  EXPECT_TRUE(buildLibrary(library, synth, {.count = std::uint64_t(count), .workers = workers}));
  return contentsOf(library);
}

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

TEST(LibraryBuild, IsTheSameWhateverTheWorkers) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  EXPECT_EQ(built(places.folder / "one.db", synth, 40, 1), built(places.folder / "three.db", synth, 40, 3));
}

TEST(LibraryBuild, GoesOnWhereItWasInterrupted) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  const Contents whole = built(places.folder / "whole.db", synth, 300, 2);
  {
    Library library = Library::create(places.folder / "part.db", shortSettings(synth));
    BuildOptions options{300, 2, [](const BuildProgress& p) {
                           if (p.patches >= 10) setInterrupted(true);
                         }};
    EXPECT_FALSE(buildLibrary(library, synth, options));
    setInterrupted(false);
    EXPECT_GE(library.counts().patches, 10u);
    EXPECT_LT(library.counts().patches, 300u);
  }
  Library library = Library::open(places.folder / "part.db", Database::Mode::readWrite);
  EXPECT_TRUE(buildLibrary(library, synth, {.count = 300, .workers = 3}));
  EXPECT_EQ(contentsOf(library), whole);
}

TEST(LibraryBuild, GoesOnAfterTheProgramWasKilled) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  const std::string file = (places.folder / "killed.db").string();
  const pid_t program = ::fork();
  if (program == 0) {
    Library library = Library::create(file, shortSettings(synth));
    BuildOptions options{100000, 2, [](const BuildProgress& p) {
                           if (p.patches >= 2500) ::kill(::getpid(), SIGKILL);
                         }};
    buildLibrary(library, synth, options);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(program, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  Library library = Library::open(file, Database::Mode::readWrite);
  const std::uint64_t kept = library.counts().patches;
  EXPECT_GE(kept, 500u) << "more than the batch in flight is lost";
  EXPECT_TRUE(buildLibrary(library, synth, {.count = kept + 20}));
  const auto& space = synth.space();
  // DX10's random patches are all audible, so that patch k is the k-th drawn.
  ASSERT_EQ(library.counts().silent, 0u);
  for (const std::int64_t id : {std::int64_t(1), std::int64_t(kept), std::int64_t(kept + 20)})
    EXPECT_EQ(library.patch(id).values, space.draw(1, std::uint64_t(id - 1)));
}

/// Runs the program's `library build`; kills it once the library holds `patches`, where that is not 0.
void runBuild(const std::filesystem::path& file, int count, std::uint64_t patches) {
  const pid_t program = ::fork();
  if (program == 0) {
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    ::execl(PATCHPILOT_BINARY_DIR "/patchpilot", "patchpilot", "library", "build", "--space", "dx10",
            "--count", std::to_string(count).c_str(), "--length", "0.3", "--duration", "0.5", "--workers",
            "2", "--out", file.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  for (int i = 0; patches > 0 && i < 3000; ++i) {
    ASSERT_EQ(::waitpid(program, &status, WNOHANG), 0)
        << "the program ended before it was killed, with " << WEXITSTATUS(status);
    // While it is being made or written, it may be locked or not yet a library.
    try {
      if (std::filesystem::exists(file) && Library::open(file).counts().patches >= patches) break;
    } catch (const Error&) {
    }
    ::usleep(5000);
  }
  if (patches > 0) ::kill(program, SIGKILL);
  ::waitpid(program, &status, 0);
  if (patches > 0) {
    ASSERT_TRUE(WIFSIGNALED(status));
  } else {
    ASSERT_EQ(status, 0);
  }
}

TEST(LibraryBuild, ByTheProgramGoesOnToTheSameLibraryAfterKill9) {
  const TestPlaces places;
  if (!std::filesystem::exists(PATCHPILOT_BINARY_DIR "/patchpilot"))
    GTEST_SKIP() << "patchpilot is not built";
  scanPlugins();  // the program starts with a warm cache: this is no test of scanning
  ASSERT_NO_FATAL_FAILURE(runBuild(places.folder / "killed.db", 1000000, 1));
  const std::uint64_t kept = Library::open(places.folder / "killed.db").counts().patches;
  const int wanted = int(kept) + 30;
  ASSERT_NO_FATAL_FAILURE(runBuild(places.folder / "killed.db", wanted, 0));
  ASSERT_NO_FATAL_FAILURE(runBuild(places.folder / "whole.db", wanted, 0));
  Library killed = Library::open(places.folder / "killed.db"),
          whole = Library::open(places.folder / "whole.db");
  EXPECT_EQ(killed.counts().patches, std::uint64_t(wanted));
  EXPECT_TRUE(contentsOf(killed) == contentsOf(whole));
}

TEST(LibraryBuild, SilentPatchesAreReplacedAndKillersSkipped) {
  const TestPlaces places;
  // A third of the patches are silent, a twentieth crash.
  std::string text = testSynthSpace();
  const auto replace = [&](const std::string& key, const std::string& with) {
    const auto begin = text.find("key = \"" + key + "\"");
    const auto from = text.find("kind = ", begin);
    const auto to = text.find("[[parameter]]", begin);
    text = text.substr(0, from) + with + (to == std::string::npos ? "" : text.substr(to));
  };
  replace("silent",
          "kind = \"categorical\"\nchoices = [{label=\"no\", value=0.0, weight=2}, {label=\"yes\", "
          "value=1.0, weight=1}]\n");
  replace("crash",
          "kind = \"categorical\"\nchoices = [{label=\"no\", value=0.0, weight=19}, {label=\"yes\", "
          "value=1.0, weight=1}]\n");
  replace("level", "kind = \"continuous\"\nmin = 0.5\n");
  replace("attack", "kind = \"continuous\"\nmax = 0.01\n");
  const Synth synth(parseSpace(text, "test.toml"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  EXPECT_TRUE(buildLibrary(library, synth, {.count = 30, .workers = 2}));
  const LibraryCounts counts = library.counts();
  EXPECT_EQ(counts.patches, 30u);
  EXPECT_GT(counts.silent, 5u);
  EXPECT_GT(counts.skipped, 0u);
  EXPECT_EQ(counts.nextAttempt, counts.patches + counts.silent + counts.skipped);
  EXPECT_NE(library.skippedProblems(1).front().find("crashed"), std::string::npos);
}

TEST(LibraryBuild, EveryNoteOfAPatchIsARow) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  LibrarySettings settings = shortSettings(synth);
  settings.notes = {48, 60, 72};
  Library library = Library::create(places.folder / "a.db", settings);
  EXPECT_TRUE(buildLibrary(library, synth, {.count = 10}));
  EXPECT_EQ(library.counts().rows, 30u);
  const NeighbourIndex index(library);
  const auto embeddings = library.embeddings();
  const auto nearest =
      index.nearest(std::span(embeddings.vectors).first(std::size_t(embeddings.dimension)), 10);
  ASSERT_EQ(nearest.size(), 10u) << "a patch counts once";
  EXPECT_EQ(nearest.front().patch, embeddings.patches.front());
  EXPECT_NEAR(nearest.front().distance, 0, 1e-3);
}

TEST(Library, RefusesWhatItCannotContinue) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  const LibrarySettings settings = shortSettings(synth);
  const Library library = Library::create(places.folder / "a.db", settings);
  EXPECT_NO_THROW(checkCompatible(library, settings));
  const auto changed = [&](auto change) {
    LibrarySettings other = settings;
    change(other);
    return [&library, other] { checkCompatible(library, other); };
  };
  EXPECT_TRUE(refuses(changed([](auto& s) { s.synthVersion = "9.9"; }), "9.9"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.spaceFingerprint = "0"; }), "another parameter space"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.notes = {61}; }), "notes 61"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.seed = 2; }), "seed"));
  EXPECT_TRUE(refuses(changed([](auto& s) {
                        s.synthId = "urn:x";
                        s.synthName = "X";
                      }),
                      "not of X"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.embedders[0].version = 7; }), "embeddings"));
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

LibraryAttempt madeUp(std::uint64_t index) {
  LibraryAttempt attempt;
  attempt.index = index;
  attempt.patch.values = {0.25f, float(index)};
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

TEST(Library, OpensWithAllThatWasWritten) {
  const TemporaryFolder folder;
  const LibrarySettings s = madeUpSettings();
  {
    Library library = Library::create(folder / "a.db", s);
    LibraryAttempt silent = madeUp(1), skipped = madeUp(2);
    silent.fate = LibraryAttempt::Fate::silent;
    skipped.fate = LibraryAttempt::Fate::skipped;
    skipped.problem = "crashed";
    library.append({madeUp(0), silent, skipped, madeUp(3)}, 4);
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
  EXPECT_EQ(library.skippedProblems(5), std::vector<std::string>{"patch 2: crashed"});
  EXPECT_EQ(library.patch(2).values, madeUp(3).patch.values);
  EXPECT_TRUE(refuses([&] { library.patch(99); }, "99"));
}

TEST(Library, CutShortIsRefusedWhereverItIsCut) {
  const TemporaryFolder folder;
  {
    Library library = Library::create(folder / "a.db", madeUpSettings());
    std::vector<LibraryAttempt> batch;
    for (std::uint64_t i = 0; i < 50; ++i) batch.push_back(madeUp(i));
    library.append(batch, 50);
  }
  const Bytes whole = readFile(folder / "a.db");
  for (const std::size_t size : {std::size_t(0), std::size_t(50), std::size_t(1000), std::size_t(4096),
                                 std::size_t(10000), whole.size() / 2, whole.size() - 4096}) {
    writeFileAtomically(folder / "cut.db", std::span(whole).first(size));
    EXPECT_TRUE(refuses([&] { Library::open(folder / "cut.db").embeddings(); }, "cut.db"))
        << size << " bytes";
  }
}

/// What a kill leaves while a batch is being written: pages of it in the file, and the journal to undo them.
TEST(Library, KilledWhileWritingOpensWithoutTheBatchInFlight) {
  const TemporaryFolder folder;
  { Library::create(folder / "a.db", madeUpSettings()).append({madeUp(0)}, 1); }
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
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  LibraryAttempt attempt;
  attempt.patch.state = {1, 2, 3, 0, 255};
  attempt.patch.source = "/presets/a.fxp";
  attempt.rows.push_back({60, -20, {std::vector<float>(std::size_t(makeEmbedder()->dimension()), 0.5f)}});
  library.append({attempt}, 1);
  Library again = Library::open(library.file());
  EXPECT_EQ(again.patch(1).state, attempt.patch.state);
  EXPECT_EQ(again.patch(1).source, attempt.patch.source);
  EXPECT_TRUE(again.patch(1).values.empty());
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
    writer.append({madeUp(0)}, 1);
    EXPECT_EQ(reader.counts().patches, 1u);
    Library moved = std::move(writer);
    EXPECT_EQ(refusal([&] { Library::open(folder / "a.db", Database::Mode::readWrite); }), busy);
    moved.append({madeUp(1)}, 2);
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
  const auto append = [&] { library.append({madeUp(0), bad}, 2); };
  bad.rows[0].embeddings[0][5] = std::nanf("");
  EXPECT_TRUE(refuses(
      append, "a.db: the vector of mel-envelope for patch 2, note 60 holds values that are no numbers"));
  bad.rows[0].embeddings[0].resize(8);
  EXPECT_TRUE(refuses(append,
                      "the vector of mel-envelope for patch 2, note 60 has 8 values instead of 352; check "
                      "that the embedder is the one"));
  EXPECT_EQ(library.counts().rows, 0u) << "all of a batch or nothing";
  const std::size_t second = library.addEmbedding({"other", 1, 8});
  library.append({madeUp(0)}, 1);
  EXPECT_TRUE(refuses(
      [&] {
        library.appendEmbedding(second, {{{1, 60}, std::vector<float>(7), ""}});
      },
      "the vector of other for patch 1, note 60 has 7 values"));
}

PresetRecord madeUpPreset(const std::string& name, std::vector<std::string> sources, Bytes state) {
  PresetRecord record;
  record.content = "content of " + name;
  record.path = "/presets/" + name;
  record.patch.state = std::move(state);
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
  const auto ids = library.appendPresets(records);
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(library.patch(ids[i]).state, states[i]);
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
  const auto ids = library.appendPresets({madeUpPreset("a", {"hash a", "hash a loaded"}, {1}),
                                          madeUpPreset("b", {"hash b"}, {2}), twin, broken});
  EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 0, 0}));
  LibraryAttempt drawn = madeUp(0), derived = madeUp(1);
  derived.sources = {"hash a", "hash b"};
  library.append({drawn, derived}, 2);

  EXPECT_EQ(library.sources(1), (std::vector<std::string>{"hash a", "hash a loaded", "hash c"}));
  EXPECT_TRUE(library.sources(3).empty());
  EXPECT_EQ(library.sources(4), (std::vector<std::string>{"hash a", "hash b"}));
  EXPECT_EQ(library.patchesFrom({"hash c", "hash z"}), (std::unordered_set<std::int64_t>{1}));
  EXPECT_EQ(library.patchesFrom({"hash b"}), (std::unordered_set<std::int64_t>{2, 4}));
  EXPECT_EQ(library.withDuplicates({"hash c"}), (std::set<std::string>{"hash a", "hash a loaded", "hash c"}));
  EXPECT_EQ(library.presetWith("hash b"), 2) << "not the patch derived from it";
  EXPECT_EQ(library.presetWith("hash c"), 1);
  EXPECT_EQ(library.presetWith("hash z"), 0);
  ASSERT_TRUE(library.knownPreset("content of broken"));
  EXPECT_EQ(library.knownPreset("content of broken")->fate, PresetRecord::Fate::broken);
  EXPECT_EQ(library.knownPreset("content of broken")->problem, "crashed");
  EXPECT_EQ(library.knownPreset("content of twin")->duplicateOf, 1);
  EXPECT_EQ(library.patchSource(2), "/presets/b");
  EXPECT_FALSE(library.knownPreset("content of another"));
  ASSERT_EQ(library.presets().size(), 2u);
  EXPECT_EQ(library.presets()[1].path, "/presets/b");
}

TEST(Library, KnowsByWhichWeightsItsVectorsWereMade) {
  const TemporaryFolder folder;
  LibrarySettings settings = madeUpSettings();
  settings.embedders.push_back({"taught", 1, 8, "0123456789abcdef"});
  LibraryAttempt attempt = madeUp(0);
  attempt.rows[0].embeddings.push_back(std::vector<float>(8, 1.0f));
  { Library::create(folder / "a.db", settings).append({attempt}, 1); }
  EXPECT_EQ(Library::open(folder / "a.db").settings().embedders, settings.embedders);

  // As it was written before that was known.
  std::filesystem::copy_file(folder / "a.db", folder / "old.db");
  Database(folder / "old.db", Database::Mode::readWrite)
      .execute("ALTER TABLE embeddings DROP COLUMN weights");
  const Bytes before = readFile(folder / "old.db");
  EXPECT_EQ(Library::open(folder / "old.db").settings().embedders[1].weights, "");
  EXPECT_EQ(readFile(folder / "old.db"), before);
  EXPECT_NO_THROW(checkCompatible(Library::open(folder / "old.db", Database::Mode::readWrite), settings));
  EXPECT_EQ(Library::open(folder / "old.db").embeddings(1).vectors, attempt.rows[0].embeddings[1]);

  LibrarySettings others = settings;
  others.embedders[1].weights = "fedcba9876543210";
  Library library = Library::open(folder / "a.db", Database::Mode::readWrite);
  EXPECT_TRUE(refuses([&] { checkCompatible(library, others); },
                      "taught version 1 (weights of hash 01234567), asked for are those of mel-envelope "
                      "version 1, taught version 1 (weights of hash fedcba98)"));
  others.embedders[1].dimension = 3;
  library.forgetEmbedding(1, others.embedders[1]);
  EXPECT_EQ(library.embeddingCounts(1).rows, 0u);
  EXPECT_FALSE(library.isWhole(1));
  EXPECT_TRUE(library.isWhole(0));
  library.appendEmbedding(1, {{{1, 60}, std::vector<float>(3, 2.0f), ""}});
  Library again = Library::open(folder / "a.db");
  EXPECT_EQ(again.settings().embedders, others.embedders);
  EXPECT_EQ(again.embeddings(1).vectors, (std::vector<float>{2, 2, 2}));
  EXPECT_EQ(again.embeddings(0).vectors, attempt.rows[0].embeddings[0]);
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
  { Library::create(folder / "new.db", madeUpSettings()).append({two, madeUp(1), madeUp(2)}, 3); }
  std::filesystem::copy_file(folder / "new.db", folder / "old.db");
  makeFormat2(folder / "old.db");
  const Bytes before = readFile(folder / "old.db");
  for (const auto mode : {Database::Mode::readOnly, Database::Mode::readWrite}) {
    Library library = Library::open(folder / "old.db", mode), whole = Library::open(folder / "new.db");
    EXPECT_EQ(library.settings().embedders, whole.settings().embedders);
    EXPECT_EQ(contentsOf(library), contentsOf(whole));
    std::vector<float> levels;
    for (const auto& level : library.levels()) levels.push_back(level.rmsDb);
    EXPECT_EQ(levels, (std::vector<float>{-30, -20, -20, -20}));
    EXPECT_EQ(library.levels()[1].row, (RowKey{1, 60}));
    EXPECT_EQ(library.embeddingCounts(0).rows, 4u);
    EXPECT_EQ(library.glance().some, whole.glance().some);
    EXPECT_EQ(library.glance().lastPatch, 3);
    ASSERT_EQ(library.keptAfter(0, 9).size(), 3u);
    EXPECT_EQ(library.keptAfter(0, 9)[0].rows.size(), 2u);
    EXPECT_EQ(library.keptAfter(0, 9)[0].rows[0].embeddings, madeUp(7).rows[0].embeddings);
    EXPECT_EQ(library.audioCounts().rows, 0u);
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
  EXPECT_EQ(Library::open(folder / "old.db").dimension(), makeEmbedder()->dimension());
  Library::open(folder / "old.db", Database::Mode::readWrite).append({madeUp(0)}, 1);
  EXPECT_EQ(Library::open(folder / "old.db").embeddings().vectors, madeUp(0).rows[0].embeddings[0]);
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
  { Library::create(folder / "old.db", madeUpSettings()).append({madeUp(0), madeUp(1)}, 2); }
  makeFormat1(folder / "old.db");
  const Bytes before = readFile(folder / "old.db");
  {
    Library library = Library::open(folder / "old.db");
    EXPECT_EQ(library.patch(1).values, madeUp(0).patch.values);
    EXPECT_EQ(library.patch(2).state, (Bytes{1, 2, 3}));
    EXPECT_TRUE(library.sources(1).empty());
    EXPECT_TRUE(library.presets().empty());
    EXPECT_EQ(library.settings().sampling, "uniform");
    EXPECT_EQ(NeighbourIndex(library).nearest(madeUp(1).rows[0].embeddings[0], 1).front().patch, 2);
  }
  EXPECT_EQ(readFile(folder / "old.db"), before) << "reading has changed the file";
  {
    Library library = Library::open(folder / "old.db", Database::Mode::readWrite);
    EXPECT_EQ(library.appendPresets({madeUpPreset("a", {"hash a"}, {7, 8})}).front(), 3);
    library.append({madeUp(2)}, 3);
  }
  Library library = Library::open(folder / "old.db");
  EXPECT_EQ(library.counts().patches, 4u);
  EXPECT_EQ(library.patch(2).state, (Bytes{1, 2, 3}));
  EXPECT_EQ(library.patch(3).state, (Bytes{7, 8}));
  EXPECT_EQ(library.patchesFrom({"hash a"}), (std::unordered_set<std::int64_t>{3}));
  EXPECT_EQ(library.settings().sampling, "uniform");
  Database(folder / "old.db", Database::Mode::readWrite).execute("PRAGMA user_version = 4");
  EXPECT_TRUE(refuses([&] { Library::open(folder / "old.db"); }, "format 4"));
}

}  // namespace
}  // namespace patchpilot
