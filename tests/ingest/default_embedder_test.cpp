#include "ingest/default_embedder.h"

#include "base/places.h"
#include "embed/models.h"
#include "synth/render_pool.h"
#include "test_support.h"

#include <cmath>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWithoutNetworks = "built without networks";
const fs::path kShipped = PATCHPILOT_SOURCE_DIR "/embedders";

TEST(DefaultEmbedder, IsOneThatIsTrainedForTheSynthWhereItCanBeOpened) {
  if (networksModule().empty()) GTEST_SKIP() << kWithoutNetworks;
  const TestPlaces places;
  const TemporaryFolder own;
  const ScopedVariable folder("PATCHPILOT_MODELS", own.path().string());
  const Synth jx10(loadSpace("jx10")), dx10(loadSpace("dx10"));
  EXPECT_EQ(defaultEmbedder(jx10), "ours-jx10");
  EXPECT_EQ(defaultEmbedder(dx10), "mel-envelope");
  const auto names = [](const std::vector<EmbedderInfo>& all) {
    std::vector<std::string> names;
    for (const auto& one : all) names.push_back(one.name);
    return names;
  };
  EXPECT_EQ(names(firstEmbedders(jx10)), (std::vector<std::string>{"ours-jx10", "mel-envelope"}));
  EXPECT_EQ(names(firstEmbedders(dx10)), (std::vector<std::string>{"mel-envelope"}));
  EXPECT_EQ(names(firstEmbedders(jx10, "mel-envelope")), (std::vector<std::string>{"mel-envelope"}));

  fs::copy_file(kShipped / "ours-jx10.toml", own / "mine.toml");
  EXPECT_EQ(defaultEmbedder(jx10), "ours-jx10") << "without its weights it is none";
  fs::copy_file(kShipped / "ours-jx10.safetensors", own / "mine.safetensors");
  EXPECT_EQ(defaultEmbedder(jx10), "mine") << "the user's own come first";
}

TEST(DefaultEmbedder, IsTheMelVectorWhereThereAreNoNetworks) {
  const TestPlaces places;
  const ScopedVariable module("PATCHPILOT_NETWORKS", "/nowhere/networks.so");
  if (!networksModule().empty() && haveNetworks())
    GTEST_SKIP() << "networks have been opened in this process already";
  EXPECT_EQ(defaultEmbedder(Synth(loadSpace("jx10"))), "mel-envelope");
}

/// Those that come with the program, for whichever synth.
TEST(ShippedEmbedders, LoadAndGiveVectorsOfTheLengthTheySay) {
  if (networksModule().empty()) GTEST_SKIP() << kWithoutNetworks;
  int found = 0;
  for (const auto& entry : fs::directory_iterator(kShipped)) {
    if (entry.path().extension() != ".safetensors") continue;
    ++found;
    const std::string name = entry.path().stem();
    SCOPED_TRACE(name);
    const auto embedder = makeEmbedder(name);
    EXPECT_EQ(embedder->dimension(), embedderInfo(name).dimension);
    EXPECT_LT(fs::file_size(entry.path()), 10'000'000u);
    std::vector<float> sound(44100), vector(std::size_t(embedder->dimension()), NAN);
    for (std::size_t i = 0; i < sound.size(); ++i)
      sound[i] = float(0.5 * std::sin(0.03 * double(i)) * std::exp(-double(i) / 20000));
    embedder->embedNote(sound, sound, 60, vector);
    float most = 0;
    for (const float value : vector) {
      ASSERT_TRUE(std::isfinite(value));
      most = std::max(most, std::abs(value));
    }
    EXPECT_GT(most, 0);
  }
  EXPECT_GT(found, 0);
}

float distance(const std::vector<float>& a, const std::vector<float>& b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

TEST(ShippedEmbedders, LayAPatchAtTwoNotesNearerTogetherThanTwoPatchesAtOne) {
  if (networksModule().empty()) GTEST_SKIP() << kWithoutNetworks;
  const TestPlaces places;
  const Synth synth(loadSpace("jx10"));
  const auto ours = makeEmbedder("ours-jx10");
  const auto vectorOf = [&](std::uint64_t patch, int note) {
    const AudioBuffer sound =
        renderOnce(synth, Patch::point(synth.space().draw(1, patch)), {note, 100, 2}, 4);
    std::vector<float> vector(std::size_t(ours->dimension()));
    ours->embedNote(sound.channel(0), sound.channel(1), note, vector);
    return vector;
  };
  for (const std::uint64_t patch : {0, 1, 2, 3}) {
    const auto low = vectorOf(patch, 48), high = vectorOf(patch, 67), other = vectorOf(patch + 4, 48);
    EXPECT_LT(distance(low, high), distance(low, other)) << "patch " << patch;
  }
}

}  // namespace
}  // namespace patchpilot
