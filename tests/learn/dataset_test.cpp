#include "learn/dataset.h"

#include "base/error.h"
#include "base/half.h"
#include "embed/sound_image.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "learn/dataset_file.h"
#include "test_support.h"

#include <atomic>
#include <cmath>
#include <set>

namespace patchpilot {
namespace {

std::string refusal(const std::function<void()>& use) {
  try {
    use();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input) << error.what();
    return error.what();
  }
  return "none";
}

SoundGroup smallGroup(float first) {
  SoundGroup group{
      2, 1, {60, 60, 48, 48}, std::vector<std::uint16_t>(4 * SoundImage::kValues, 7), {first, 1, 2, 3}};
  group.images[5] = 9;
  return group;
}

TEST(DatasetFile, KeepsGroupsAndDropsWhatIsHalfWritten) {
  const TemporaryFolder folder;
  const auto file = folder / "a.data";
  {
    DatasetFile data(file, "name");
    data.append(smallGroup(1));
    data.append(smallGroup(2));
  }
  const auto size = std::filesystem::file_size(file);
  for (const std::uintmax_t lost : {1u, 20000u}) {
    std::filesystem::resize_file(file, size - lost);
    {
      DatasetFile data(file, "name");
      ASSERT_EQ(data.groups().size(), 1u);
      EXPECT_EQ(data.groups()[0].mss, smallGroup(1).mss);
      EXPECT_EQ(data.groups()[0].images, smallGroup(1).images);
      data.append(smallGroup(2));
    }
    DatasetFile data(file, "name");
    ASSERT_EQ(data.groups().size(), 2u);
    EXPECT_EQ(data.groups()[1].mss, smallGroup(2).mss);
    EXPECT_EQ(std::filesystem::file_size(file), size);
  }
}

TEST(DatasetFile, RefusesOtherDataAndOtherFiles) {
  const TemporaryFolder folder;
  const std::string file = (folder / "a.data").string();
  DatasetFile(file, "name");
  EXPECT_EQ(
      refusal([&] { DatasetFile(file, "other"); }),
      file + " holds data of other libraries or options; remove it to render anew, or name another --out");
  writeFileAtomically(file, std::string_view("something"));
  EXPECT_EQ(refusal([&] { DatasetFile(file, "name"); }),
            file + " holds no data to train by; remove it, or name another --out");
}

class Dataset : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    places_ = new TestPlaces;
    const Synth synth(loadSpace("dx10"));
    Library library = Library::create(places_->folder / "dx10.db", librarySettings(synth));
    ASSERT_TRUE(buildLibrary(library, synth, {.count = 100, .workers = 2}));
    Library other = Library::create(places_->folder / "few.db", librarySettings(synth));
    ASSERT_TRUE(buildLibrary(other, synth, {.count = 5, .workers = 2}));
  }
  static void TearDownTestSuite() {
    delete places_;
    places_ = nullptr;
  }

  std::vector<Library> libraries(const std::string& name = "dx10.db") {
    std::vector<Library> all;
    all.push_back(Library::open(places_->folder / name));
    return all;
  }

  static TestPlaces* places_;
};
TestPlaces* Dataset::places_ = nullptr;

TEST_F(Dataset, HoldsWhatPatchesSoundLikeAndHowFarTheyAreApart) {
  const TemporaryFolder folder;
  auto from = libraries();
  DatasetOptions options;
  options.renders = 240;
  std::size_t told = 0;
  options.onProgress = [&](std::size_t renders, std::size_t of) {
    told = renders;
    EXPECT_EQ(of, DatasetPlan(240).renders());
  };
  const auto data = makeTrainingData(from, options, folder / "data");
  ASSERT_TRUE(data);
  EXPECT_EQ(told, DatasetPlan(240).renders());
  ASSERT_EQ(data->training.size(), DatasetPlan(240).trainingGroups);
  EXPECT_FALSE(data->validation.empty());
  const SoundGroup& group = data->training[0];
  EXPECT_GT(group.patches, 20u);
  const std::size_t n = group.patches;
  ASSERT_EQ(group.notes.size(), 3 * n);
  EXPECT_EQ(group.notes[0], 60);  // the library's
  std::set<int> notes(group.notes.begin(), group.notes.end());
  EXPECT_EQ(notes.size(), 3u);
  ASSERT_EQ(group.mss.size(), 2 * n * n);
  for (std::size_t c = 0; c < 2; ++c)
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_EQ(group.mss[(c * n + i) * n + i], 0);
      for (std::size_t j = 0; j < n; ++j)
        EXPECT_EQ(group.mss[(c * n + i) * n + j], group.mss[(c * n + j) * n + i]);
    }
  // DX10 is deterministic, so the library's vector of a patch is the one in its image.
  const auto embeddings = from[0].embeddings().all();
  const std::uint16_t* vector = group.images.data() + SoundImage::kFirstMelEnvelope;
  float nearest = 1e9f;
  for (std::size_t row = 0; row < embeddings.patches.size(); ++row) {
    float sum = 0;
    for (std::size_t i = 0; i < SoundImage::kMelEnvelope; ++i)
      sum += std::pow(halfToFloat(vector[i]) - embeddings.vectors[row * SoundImage::kMelEnvelope + i], 2.0f);
    nearest = std::min(nearest, sum);
  }
  EXPECT_LT(nearest, 1e-6f);
}

TEST_F(Dataset, GoesOnWhereItWasStopped) {
  const TemporaryFolder folder;
  auto from = libraries();
  DatasetOptions options;
  options.renders = 400;
  const auto whole = makeTrainingData(from, options, folder / "whole");
  ASSERT_TRUE(whole);
  std::stop_source stop;
  options.onProgress = [&](std::size_t renders, std::size_t) {
    if (renders >= 250) stop.request_stop();
  };
  options.stop = stop.get_token();
  EXPECT_FALSE(makeTrainingData(from, options, folder / "parts"));
  options.onProgress = {};
  options.stop = {};
  const auto parts = makeTrainingData(from, options, folder / "parts");
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->training.size(), whole->training.size());
  for (std::size_t g = 0; g < parts->training.size(); ++g) {
    EXPECT_EQ(parts->training[g].notes, whole->training[g].notes);
    EXPECT_EQ(parts->training[g].images, whole->training[g].images);
    EXPECT_EQ(parts->training[g].mss, whole->training[g].mss);
  }
}

TEST_F(Dataset, MoreRendersAreMoreGroupsBehindThoseThatThereAre) {
  const TemporaryFolder folder;
  auto from = libraries();
  DatasetOptions options;
  options.renders = 300;
  const auto few = makeTrainingData(from, options, folder / "data");
  options.renders = 400;
  std::size_t rendered = 0;
  options.onProgress = [&](std::size_t, std::size_t) { ++rendered; };
  const auto more = makeTrainingData(from, options, folder / "data");
  ASSERT_TRUE(few && more);
  ASSERT_EQ(more->training.size(), few->training.size() + 1);
  EXPECT_LT(rendered, 130u);  // one group's, and a call for each that was there
  options.renders = 300;
  EXPECT_EQ(makeTrainingData(from, options, folder / "data")->training.size(), few->training.size());
  EXPECT_EQ(more->training[0].mss, few->training[0].mss);
}

TEST_F(Dataset, RefusesALibraryThatIsTooSmall) {
  const TemporaryFolder folder;
  auto from = libraries("few.db");
  EXPECT_EQ(
      refusal([&] { makeTrainingData(from, {}, folder / "data"); }),
      from[0].file().string() +
          " holds 5 patches; an embedder needs 100 at the very least, and some thousands to be any good");
}

}  // namespace
}  // namespace patchpilot
