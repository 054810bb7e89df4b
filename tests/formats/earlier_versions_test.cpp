#include "eval/target_set.h"
#include "library/library.h"
#include "library/neighbours.h"
#include "test_support.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

/// Files that earlier versions have written, one folder for each version.
const fs::path kFiles = PATCHPILOT_SOURCE_DIR "/tests/formats";

/// A copy that may be written.
struct Copy {
  explicit Copy(const fs::path& file) : path(folder / file.filename().string()) { fs::copy(file, path); }
  TemporaryFolder folder;
  fs::path path;
};

TEST(FilesOfEarlierVersions, ALibraryOf01) {
  const Copy copy(kFiles / "0.1/library.db");
  Library library = Library::open(copy.path);
  const LibrarySettings& settings = library.settings();
  EXPECT_EQ(settings.spaceName, "jx10");
  EXPECT_EQ(settings.synthVersion, "2.0");
  EXPECT_EQ(settings.notes, (std::vector<int>{48, 60}));
  EXPECT_EQ(settings.durationSeconds, 0.4);
  ASSERT_EQ(settings.embedders.size(), 1u);
  EXPECT_EQ(settings.embedders.front().name, "mel-envelope");
  EXPECT_EQ(library.counts().patches, 5u);
  EXPECT_EQ(library.patches().get(1).values().at(0), 0.6222267150878906f);
  EXPECT_FALSE(library.patches().get(5).preset().state.empty());
  ASSERT_EQ(library.presets().kept().size(), 1u);
  EXPECT_EQ(library.presets().kept().front().path, "match/01.lv2");
  EXPECT_EQ(library.presets().known("495d26fab842d762ff630122f1d66f5e")->fate, PresetRecord::Fate::kept);
  const auto rows = library.rows().of(1);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_FLOAT_EQ(float(rows.front().rmsDb), -19.0153752f);
  ASSERT_EQ(rows.front().embeddings.front().size(), 352u);
  EXPECT_EQ(rows.front().embeddings.front().front(), -0.0002488073369022459f);
  EXPECT_EQ(NeighbourIndex(library).nearest(rows.front().embeddings.front(), 1).front().patch, 1);
  const auto first = library.patches().get(1);
  const auto again = Library::open(copy.path, Database::Mode::readWrite).patches().get(1);
  EXPECT_EQ(first.values(), again.values()) << "a program that may write leaves patches as they are";
}

TEST(FilesOfEarlierVersions, ATargetSetOf01) {
  const TargetSet set = readTargetSet(kFiles / "0.1/targets");
  ASSERT_EQ(set.entries.size(), 1u);
  const TargetEntry& entry = set.entries.front();
  EXPECT_EQ(entry.name, "jx10-000");
  EXPECT_EQ(entry.note, 58);
  EXPECT_EQ(entry.lengthSeconds, 1.1884);
  EXPECT_EQ(entry.space, "jx10");
  EXPECT_EQ(entry.parameters.at("vcf_freq"), 0.537261426448822f);
}

TEST(FilesOfEarlierVersions, ResultsOfAMatchOf01) {
  const TestPlaces places;
  const Synth synth(loadSpace("jx10"));
  const Patch fromJson = readPatchFile(kFiles / "0.1/match/01.json", synth.space(), synth);
  const Patch fromPreset = readPatchFile(kFiles / "0.1/match/01.lv2", synth.space(), synth);
  EXPECT_EQ(fromJson.values().size(), 23u);
  EXPECT_TRUE(fromPreset.isPreset());
}

}  // namespace
}  // namespace patchpilot
