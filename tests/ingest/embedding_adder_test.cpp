#include "ingest/embedding_adder.h"

#include "base/error.h"
#include "base/process.h"
#include "clap_model.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "library/merge.h"
#include "library/neighbours.h"
#include "library_rows.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWithoutNetworks = "built without networks";

/// DX10, which renders the same sound again, at two notes.
LibrarySettings settingsFor(const Synth& synth) {
  LibrarySettings settings = librarySettings(synth);
  settings.notes = {48, 60};
  settings.lengthSeconds = 0.2;
  settings.durationSeconds = 0.3;
  return settings;
}

class EmbedRows : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!ClapModel::canRun()) GTEST_SKIP() << kWithoutNetworks;
    model_.emplace();
    synth_.emplace(loadSpace("dx10"));
  }

  fs::path built(const std::string& name, int count, bool keepAudio = false, Shard shard = {}) {
    LibrarySettings settings = settingsFor(*synth_);
    settings.shard = shard;
    Library library = Library::create(places_.folder / name, settings);
    BuildOptions options{.count = std::uint64_t(count), .workers = 2};
    options.keepAudio = keepAudio;
    EXPECT_TRUE(buildLibrary(library, *synth_, options));
    return library.file();
  }

  /// Embeds by CLAP as far as that goes. @param most  rows after which it is stopped
  EmbedReport embed(const fs::path& file, std::uint64_t most = ~std::uint64_t(0), int workers = 2) {
    Library library = Library::open(file, Database::Mode::readWrite);
    const std::size_t embedding =
        library.settings().embedders.size() > 1 ? 1 : library.embeddings().add(embedderInfo("clap"));
    std::stop_source source;
    EmbedOptions options{workers, [&](const EmbedProgress& p) {
                           if (p.rows >= most) source.request_stop();
                         }};
    options.stop = source.get_token();
    const EmbedReport report = embedRows(
        library, embedding, [&] { return openLibrarySynth(library, {}); }, options);
    return report;
  }

  TestPlaces places_;
  std::optional<ClapModel> model_;
  std::optional<Synth> synth_;
};

TEST_F(EmbedRows, GivesEveryRowAVectorAndLosesNone) {
  const fs::path file = built("a.db", 6);
  const auto before = Library::open(file).embeddings().all();
  const EmbedReport report = embed(file);
  EXPECT_TRUE(report.finished);
  EXPECT_EQ(report.added, 12u);
  EXPECT_EQ(report.failed, 0u);
  Library library = Library::open(file);
  ASSERT_EQ(library.settings().embedders.size(), 2u);
  EXPECT_EQ(library.settings().embedders[1], embedderInfo("clap"));
  EXPECT_NO_THROW(library.embeddings().requireWhole(1));
  const auto first = library.embeddings().all(0), second = library.embeddings().all(1);
  EXPECT_EQ(first.vectors, before.vectors);
  EXPECT_EQ(second.patches, first.patches);
  EXPECT_EQ(second.notes, first.notes);

  const auto clap = makeEmbedder("clap");
  std::vector<float> vector(std::size_t(clap->dimension()));
  for (std::size_t row = 0; row < second.patches.size(); ++row) {
    const AudioBuffer sound =
        renderOnce(*synth_, library.patches().get(second.patches[row]), {second.notes[row], 100, 0.2}, 0.3);
    clap->embed(sound.channel(0), sound.channel(1), vector);
    EXPECT_TRUE(std::equal(vector.begin(), vector.end(),
                           second.vectors.begin() + std::ptrdiff_t(row * vector.size())))
        << "row " << row;
    EXPECT_EQ(NeighbourIndex(library, {}, 1).nearest(vector, 1).front().patch, second.patches[row]);
  }
}

TEST_F(EmbedRows, GoesOnToTheSameWhereItWasStopped) {
  const fs::path whole = built("whole.db", 30), part = places_.folder / "part.db";
  fs::copy_file(whole, part);
  embed(whole, ~std::uint64_t(0), 1);
  EXPECT_FALSE(embed(part, 5).finished);
  {
    Library library = Library::open(part);
    EXPECT_GE(library.embeddings().counts(1).rows, 5u);
    EXPECT_LT(library.embeddings().counts(1).rows, 60u);
    try {
      library.embeddings().requireWhole(1);
      ADD_FAILURE() << "half an embedding passes for a whole one";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_NE(std::string(error.what()).find("library embed " + part.string() + " --with clap"),
                std::string::npos)
          << error.what();
    }
  }
  EXPECT_TRUE(embed(part).finished);
  EXPECT_TRUE(rowsOf(part) == rowsOf(whole));
  EXPECT_EQ(embed(part).added, 0u) << "there is no more to do";
}

TEST_F(EmbedRows, GoesOnToTheSameAfterTheProgramWasKilled) {
  const fs::path whole = built("whole.db", 30), killed = places_.folder / "killed.db";
  fs::copy_file(whole, killed);
  const pid_t program = ::fork();
  if (program == 0) {
    Library library = Library::open(killed, Database::Mode::readWrite);
    const std::size_t embedding = library.embeddings().add(embedderInfo("clap"));
    EmbedOptions options{2,
                         [](const EmbedProgress& p) {
                           if (p.rows >= 20) ::kill(::getpid(), SIGKILL);
                         },
                         0};
    embedRows(
        library, embedding, [&] { return openLibrarySynth(library, {}); }, options);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(program, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  const std::uint64_t kept = Library::open(killed, Database::Mode::readWrite).embeddings().counts(1).rows;
  EXPECT_GE(kept, 19u) << "more than what was in flight is lost";
  EXPECT_LT(kept, 60u);
  EXPECT_EQ(embed(killed).added, 60 - kept);
  embed(whole);
  EXPECT_TRUE(rowsOf(killed) == rowsOf(whole));
}

TEST_F(EmbedRows, TellsOfRendersThatFailAndGoesOnWithTheOthers) {
  const Synth synth(parseSpace(testSynthSpace(), "test.toml"));
  const fs::path file = places_.folder / "crashing.db";
  const std::size_t crash = 8;  // the place of that parameter
  {
    Library library = Library::create(file, settingsFor(synth));
    std::vector<LibraryAttempt> batch;
    for (std::uint64_t i = 0; i < 5; ++i) {
      LibraryAttempt& attempt = batch.emplace_back();
      attempt.index = i;
      attempt.patch = Patch::point(synth.space().draw(1, i));
      ASSERT_EQ(synth.space().parameters[crash].key, "crash");
      if (i == 2) attempt.patch.values()[crash] = 1;
      attempt.rows.push_back(
          {60, -20, {std::vector<float>(std::size_t(library.embeddings().dimension()), float(i))}, {}});
    }
    library.attempts().append(batch, 5);
  }
  for (const std::uint64_t added : {4u, 0u}) {  // a second run tries again what failed
    const EmbedReport report = embed(file);
    EXPECT_EQ(report.added, added);
    EXPECT_EQ(report.failed, 1u);
    Library library = Library::open(file);
    EXPECT_EQ(library.embeddings().counts(1).rows, 4u);
    EXPECT_EQ(library.embeddings().counts(1).failed, 1u);
    EXPECT_NO_THROW(library.embeddings().requireWhole(1));
    ASSERT_EQ(library.embeddings().failedProblems(1, 10).size(), 1u);
    EXPECT_NE(library.embeddings().failedProblems(1, 10).front().find("patch 3, note 60: "),
              std::string::npos)
        << library.embeddings().failedProblems(1, 10).front();
    EXPECT_EQ(NeighbourIndex(library, {}, 1).rows(), 4u);
    EXPECT_EQ(NeighbourIndex(library).rows(), 5u);
  }
}

TEST_F(EmbedRows, HearsWhatWasKeptAndOpensNoSynthForIt) {
  const fs::path file = built("kept.db", 4, true), again = places_.folder / "again.db";
  fs::copy_file(built("plain.db", 4), again);
  embed(again);
  Library library = Library::open(file, Database::Mode::readWrite);
  EXPECT_EQ(library.audio().counts().rows, 8u);
  EXPECT_GT(library.audio().counts().bytes, 8000u);
  const AudioBuffer render = renderOnce(*synth_, library.patches().get(2), {60, 100, 0.2}, 0.3);
  const AudioBuffer kept = decodeFlac(library.audio().get({2, 60}), "kept");
  ASSERT_EQ(kept.frames(), render.frames());
  for (std::size_t i = 0; i < kept.samples().size(); ++i)
    ASSERT_NEAR(kept.samples()[i], render.samples()[i], 1e-6);

  const auto embedding = library.embeddings().add(embedderInfo("clap"));
  const EmbedReport report = embedRows(
      library, embedding, []() -> Synth { throw Error(ExitCode::plugin, "it is not installed"); }, {});
  EXPECT_EQ(report.added, 8u);
  EXPECT_EQ(report.fromAudio, 8u);
  const auto heard = library.embeddings().all(1), rendered = Library::open(again).embeddings().all(1);
  ASSERT_EQ(heard.vectors.size(), rendered.vectors.size());
  for (std::size_t i = 0; i < heard.vectors.size(); ++i)
    ASSERT_NEAR(heard.vectors[i], rendered.vectors[i], 1e-4);
}

TEST_F(EmbedRows, BuildingOnMakesAllEmbeddings) {
  const fs::path file = built("a.db", 3);
  embed(file);
  Library library = Library::open(file, Database::Mode::readWrite);
  EXPECT_TRUE(buildLibrary(library, *synth_, {.count = 5, .workers = 1}));
  EXPECT_EQ(library.embeddings().counts(0).rows, 10u);
  EXPECT_EQ(library.embeddings().counts(1).rows, 10u);
  const fs::path whole = built("whole.db", 5);
  embed(whole);
  EXPECT_TRUE(rowsOf(file) == rowsOf(whole));
}

TEST_F(EmbedRows, ShardsAreMergedWithAllTheirEmbeddingsAndTheirAudio) {
  std::vector<fs::path> shards;
  for (int number = 1; number <= 2; ++number) {
    shards.push_back(built(fmt::format("{}.db", number), 11, true, {number, 2, 11}));
    if (number == 1) embed(shards.back());
  }
  const auto merge = [&] { mergeShards(shards, places_.folder / "merged.db"); };
  EXPECT_THROW(merge(), Error) << "one shard has an embedding that the other lacks";
  embed(shards[1], 4);
  EXPECT_THROW(merge(), Error) << "an embedding is not finished";
  embed(shards[1]);
  merge();
  const fs::path whole = built("whole.db", 11, true);
  embed(whole);
  EXPECT_TRUE(rowsOf(places_.folder / "merged.db") == rowsOf(whole));
}

}  // namespace
}  // namespace patchpilot
