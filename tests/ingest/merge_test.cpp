#include "library/merge.h"

#include "base/draft_file.h"
#include "base/error.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "library_rows.h"
#include "test_support.h"

#include <functional>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

/// JX10 at two notes, so short that many a slow attack is still silent.
LibrarySettings settingsFor(const Synth& synth, Shard shard = {}) {
  LibrarySettings settings = librarySettings(synth);
  settings.notes = {48, 72};
  settings.lengthSeconds = 0.02;
  settings.durationSeconds = 0.06;
  settings.shard = shard;
  return settings;
}

fs::path build(const fs::path& file, const Synth& synth, int count, Shard shard = {}, int workers = 2) {
  Library library = Library::create(file, settingsFor(synth, shard));
  EXPECT_TRUE(buildLibrary(library, synth, {.count = std::uint64_t(count), .workers = workers}));
  return file;
}

void refuses(ExitCode code, const std::function<void()>& action, const std::string& part) {
  try {
    action();
    ADD_FAILURE() << "no refusal: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Merge, IsRowByRowWhatASingleProcessWouldHaveWritten) {
  const TestPlaces places;
  const Synth synth(loadSpace("jx10"));
  const fs::path whole = build(places.folder / "whole.db", synth, 200);
  std::vector<fs::path> shards;
  for (int number = 3; number >= 1; --number)
    shards.push_back(
        build(places.folder / fmt::format("{}.db", number), synth, 200, {number, 3, 200}, number));
  const MergeReport report = mergeShards(shards, places.folder / "merged.db");
  EXPECT_EQ(report.patches, 200u);
  EXPECT_GT(report.silent, 2u) << "the test is of silent replacements, too";
  EXPECT_TRUE(rowsOf(places.folder / "merged.db") == rowsOf(whole));
  Library merged = Library::open(places.folder / "merged.db", Database::Mode::readWrite),
          single = Library::open(whole, Database::Mode::readWrite);
  for (Library* library : {&merged, &single}) EXPECT_TRUE(buildLibrary(*library, synth, {.count = 220}));
  EXPECT_TRUE(rowsOf(merged.file()) == rowsOf(whole)) << "and it is built on as that one";
}

TEST(Merge, ShardGoesOnWhereItWasStopped) {
  const TestPlaces places;
  const Synth synth(loadSpace("jx10"));
  const fs::path straight = build(places.folder / "straight.db", synth, 400, {2, 2, 400});
  Library library = Library::create(places.folder / "stopped.db", settingsFor(synth, {2, 2, 400}));
  std::stop_source source;
  BuildOptions options{400, 2, [&](const BuildProgress& p) {
                         if (p.patches >= 20) source.request_stop();
                       }};
  options.stop = source.get_token();
  EXPECT_FALSE(buildLibrary(library, synth, options));
  EXPECT_TRUE(buildLibrary(library, synth, {.count = 400}));
  EXPECT_TRUE(rowsOf(library.file()) == rowsOf(straight));
}

/// Shards without a synth: every fifth attempt is silent, every seventh is skipped, the others come with a
/// state.
fs::path madeUp(
    const fs::path& file, Shard shard, std::uint64_t attempts,
    const std::function<void(LibrarySettings&)>& change = {},
    const std::function<bool(std::uint64_t)>& silent = [](std::uint64_t i) { return i % 5 == 1; }) {
  LibrarySettings settings;
  settings.spaceToml = "format = 1";
  settings.embedders = {embedderInfo("mel-envelope")};
  settings.shard = shard;
  if (change) change(settings);
  Library library = Library::create(file, settings);
  std::vector<LibraryAttempt> batch;
  for (auto i = std::uint64_t(shard.number - 1); i < attempts; i += std::uint64_t(shard.of)) {
    LibraryAttempt attempt;
    attempt.index = i;
    if (silent(i)) {
      attempt.fate = LibraryAttempt::Fate::silent;
    } else if (i % 7 == 2) {
      attempt.fate = LibraryAttempt::Fate::skipped;
      attempt.problem = "crashed on " + std::to_string(i);
    } else {
      attempt.patch = Patch::point({float(i)});
      attempt.patch = patchOf({attempt.patch.values(), Bytes(100, std::uint8_t(i % 5))});
      attempt.patch.source = "made of " + std::to_string(i % 4);
      attempt.sources = {"hash " + std::to_string(i % 4)};
      attempt.rows.push_back(
          {60, -20, {std::vector<float>(std::size_t(makeEmbedder()->dimension()), float(i))}});
    }
    batch.push_back(attempt);
  }
  library.attempts().append(batch, batch.back().index + std::uint64_t(shard.of));
  return file;
}

TEST(Merge, KeepsStatesLineageAndWhatWasSkipped) {
  const TemporaryFolder folder;
  std::vector<fs::path> shards;
  for (int number = 1; number <= 4; ++number)
    shards.push_back(madeUp(folder / fmt::format("{}.db", number), {number, 4, 50}, 400));
  const MergeReport report = mergeShards(shards, folder / "merged.db");
  EXPECT_EQ(report.patches, 50u);
  Library merged = Library::open(folder / "merged.db");
  // What a single process writes ends with the fiftieth patch.
  madeUp(folder / "whole.db", {}, merged.counts().nextAttempt);
  EXPECT_TRUE(rowsOf(folder / "merged.db") == rowsOf(folder / "whole.db"));
  EXPECT_EQ(Library::open(folder / "whole.db").counts().patches, 50u);
}

TEST(Merge, SaysHowManyAreMissingWhereShardsLostMoreThanTheyCouldKnow) {
  const TemporaryFolder folder;
  // All that is silent falls to the second shard: the first ends long before it, and long before the sixtieth
  // patch.
  const auto silent = [](std::uint64_t i) { return i % 2 == 1 && i < 80; };
  const fs::path one = madeUp(folder / "1.db", {1, 2, 60}, 100, {}, silent),
                 two = madeUp(folder / "2.db", {2, 2, 60}, 300, {}, silent);
  const MergeReport report = mergeShards({one, two}, folder / "merged.db");
  EXPECT_EQ(report.wanted, 60u);
  EXPECT_LT(report.patches, 60u);
  Library merged = Library::open(folder / "merged.db");
  EXPECT_EQ(merged.counts().nextAttempt, 100u) << "as far as both shards reach";
  EXPECT_EQ(merged.counts().patches, report.patches);
}

TEST(Merge, RefusesWhatIsNoWholeSetOfShards) {
  const TemporaryFolder folder;
  const auto shard = [&](const std::string& name, Shard s,
                         const std::function<void(LibrarySettings&)>& change = {}) {
    return madeUp(folder / name, s, 400, change);
  };
  const fs::path one = shard("one.db", {1, 3, 50}), two = shard("two.db", {2, 3, 50}),
                 three = shard("three.db", {3, 3, 50});
  const fs::path out = folder / "out.db";
  const auto merge = [&](std::vector<fs::path> files) { return [files, out] { mergeShards(files, out); }; };
  refuses(ExitCode::input, merge({one, three}), "missing: 2");
  refuses(ExitCode::input, merge({three}), "missing: 1, 2");
  refuses(ExitCode::input, merge({one, two, shard("again.db", {2, 3, 50})}), "both shard 2 of 3");
  refuses(ExitCode::input, merge({one, two, shard("whole.db", {})}), "whole.db is no shard");
  refuses(ExitCode::input, merge({one, shard("other.db", {2, 4, 50})}), "a shard of 3, the other of 4");
  refuses(ExitCode::input, merge({one, shard("more.db", {2, 3, 60})}), "for 50 patches, the other for 60");
  refuses(ExitCode::input, merge({one, two, madeUp(folder / "short.db", {3, 3, 50}, 30)}),
          "short.db is not finished");
  const auto differs = [&](const std::string& name, auto change, const std::string& part) {
    refuses(ExitCode::input, merge({one, shard(name, {2, 3, 50}, change), three}), part);
  };
  differs(
      "seed.db", [](auto& s) { s.seed = 2; }, "seed 1, not 2");
  differs(
      "space.db", [](auto& s) { s.spaceFingerprint = "x"; }, "another parameter space");
  differs(
      "synth.db", [](auto& s) { s.synthId = "x"; }, "holds patches of");
  differs(
      "notes.db", [](auto& s) { s.notes = {61}; }, "notes 6");
  differs(
      "around.db", [](auto& s) { s.around = "others"; }, "around other presets");
  Library::open(two, Database::Mode::readWrite)
      .presets()
      .append({PresetRecord{.content = "c", .path = "a.fxp"}});
  refuses(ExitCode::input, merge({one, two, three}), "two.db holds presets");
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 13)
      << "nothing is left behind";
  const fs::path second = shard("second.db", {2, 3, 50});
  writeFileAtomically(out, std::string_view("mine"));
  refuses(ExitCode::usage, merge({one, second, three}), "exists already");
  EXPECT_EQ(readTextFile(out), "mine");
}

TEST(Merge, NeverHarmsAnotherThatMakesTheSameFile) {
  const TemporaryFolder folder;
  std::vector<fs::path> shards;
  for (int number = 1; number <= 2; ++number)
    shards.push_back(madeUp(folder / fmt::format("{}.db", number), {number, 2, 1200}, 2000));
  const fs::path out = folder / "out.db";
  {
    const DraftFile other(out, "merging");
    refuses(
        ExitCode::system, [&] { mergeShards(shards, out); }, "is being made by another process");
    EXPECT_TRUE(fs::exists(other.path()));
  }
  const auto madeMeanwhile = [&](std::uint64_t, std::uint64_t) {
    writeFileAtomically(out, std::string_view("mine"));
  };
  refuses(
      ExitCode::usage, [&] { mergeShards(shards, out, madeMeanwhile); }, "exists already");
  EXPECT_EQ(readTextFile(out), "mine");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 3)
      << "nothing is left behind";
}

}  // namespace
}  // namespace patchpilot
