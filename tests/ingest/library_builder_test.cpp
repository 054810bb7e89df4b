#include "ingest/library_builder.h"

#include "base/error.h"
#include "base/process.h"
#include "ingest/library_synth.h"
#include "library/neighbours.h"
#include "library_contents.h"
#include "test_support.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace patchpilot {
namespace {

LibrarySettings shortSettings(const Synth& synth) {
  LibrarySettings settings = librarySettings(synth);
  settings.durationSeconds = 0.5;
  settings.lengthSeconds = 0.3;
  return settings;
}

Contents built(const std::filesystem::path& file, const Synth& synth, int count, int workers) {
  Library library = Library::create(file, shortSettings(synth));
  EXPECT_TRUE(buildLibrary(library, synth, {.count = std::uint64_t(count), .workers = workers}));
  return contentsOf(library);
}

TEST(LibraryBuild, IsTheSameWhateverTheWorkers) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  EXPECT_EQ(built(places.folder / "one.db", synth, 40, 1), built(places.folder / "three.db", synth, 40, 3));
}

TEST(LibraryBuild, GoesOnWhereItWasStopped) {
  const TestPlaces places;
  const Synth synth(loadSpace("dx10"));
  const Contents whole = built(places.folder / "whole.db", synth, 300, 2);
  {
    Library library = Library::create(places.folder / "part.db", shortSettings(synth));
    std::stop_source source;
    BuildOptions options{300, 2, [&](const BuildProgress& p) {
                           if (p.patches >= 10) source.request_stop();
                         }};
    options.stop = source.get_token();
    EXPECT_FALSE(buildLibrary(library, synth, options));
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
    EXPECT_EQ(library.patches().get(id).values(), space.draw(1, std::uint64_t(id - 1)));
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
  EXPECT_NE(library.attempts().skippedProblems(1).front().find("crashed"), std::string::npos);
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
  const auto embeddings = library.embeddings().all();
  const auto nearest =
      index.nearest(std::span(embeddings.vectors).first(std::size_t(embeddings.dimension)), 10);
  ASSERT_EQ(nearest.size(), 10u) << "a patch counts once";
  EXPECT_EQ(nearest.front().patch, embeddings.patches.front());
  EXPECT_NEAR(nearest.front().distance, 0, 1e-3);
}

}  // namespace
}  // namespace patchpilot
