#include "library/builder.h"

#include "base/error.h"
#include "base/process.h"
#include "library/neighbours.h"
#include "test_support.h"

#include <cmath>
#include <fstream>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

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
  contents.silent = library.counts().silent;
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
  const Contents whole = built(places.folder / "whole.db", synth, 40, 2);
  {
    Library library = Library::create(places.folder / "part.db", shortSettings(synth));
    BuildOptions options{40, 2, [](const BuildProgress& p) { if (p.patches >= 10) setInterrupted(true); }};
    EXPECT_FALSE(buildLibrary(library, synth, options));
    setInterrupted(false);
    EXPECT_GE(library.counts().patches, 10u);
    EXPECT_LT(library.counts().patches, 40u);
  }
  Library library = Library::open(places.folder / "part.db", Database::Mode::readWrite);
  EXPECT_TRUE(buildLibrary(library, synth, {.count = 40, .workers = 3}));
  EXPECT_EQ(contentsOf(library), whole);
}

TEST(LibraryBuild, GoesOnAfterTheProgramWasKilled) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  const std::string file = (places.folder / "killed.db").string();
  const pid_t program = ::fork();
  if (program == 0) {
    Library library = Library::create(file, shortSettings(synth));
    BuildOptions options{100000, 2, [](const BuildProgress& p) { if (p.patches >= 2500) ::kill(::getpid(), SIGKILL); }};
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
  replace("silent", "kind = \"categorical\"\nchoices = [{label=\"no\", value=0.0, weight=2}, {label=\"yes\", value=1.0, weight=1}]\n");
  replace("crash", "kind = \"categorical\"\nchoices = [{label=\"no\", value=0.0, weight=19}, {label=\"yes\", value=1.0, weight=1}]\n");
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
  const auto nearest = index.nearest(std::span(embeddings.vectors).first(std::size_t(embeddings.dimension)), 10);
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
  EXPECT_TRUE(refuses(changed([](auto& s) { s.synthId = "urn:x"; s.synthName = "X"; }), "not of X"));
  EXPECT_TRUE(refuses(changed([](auto& s) { s.embedderVersion = 7; }), "embeddings"));
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

TEST(Library, KeepsAPresetWhole) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  Library library = Library::create(places.folder / "a.db", shortSettings(synth));
  LibraryAttempt attempt;
  attempt.patch.state = {1, 2, 3, 0, 255};
  attempt.patch.source = "/presets/a.fxp";
  attempt.rows.push_back({60, -20, std::vector<float>(std::size_t(makeEmbedder()->dimension()), 0.5f)});
  library.append({attempt}, 1);
  Library again = Library::open(library.file());
  EXPECT_EQ(again.patch(1).state, attempt.patch.state);
  EXPECT_EQ(again.patch(1).source, attempt.patch.source);
  EXPECT_TRUE(again.patch(1).values.empty());
}

}  // namespace
}  // namespace patchpilot
