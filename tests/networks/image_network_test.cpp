#include "networks/image_network.h"

#include "base/random.h"
#include "embed/embedder.h"
#include "test_support.h"

#include <array>

namespace patchpilot {
namespace {

/// The vector that the shipped embedder of JX10 has for noise that dies away.
std::vector<float> vectorOfNoise(std::optional<int> note) {
  const ScopedVariable models("PATCHPILOT_MODELS", PATCHPILOT_SOURCE_DIR "/embedders");
  const auto embedder = makeEmbedder("ours-jx10");
  std::vector<float> left(44100), right(44100), vector(std::size_t(embedder->dimension()));
  SplitMix64 random(5);
  for (std::size_t i = 0; i < left.size(); ++i) {
    const double level = 1 - double(i) / double(left.size());
    left[i] = float(level * (random.uniform() - 0.5));
    right[i] = float(level * (random.uniform() - 0.5));
  }
  embedder->embedNote(left, right, note, vector);
  return vector;
}

// Libraries hold vectors of this embedder: they must stay comparable.
TEST(ImageNetwork, TheShippedEmbedderGivesTheVectorsThatItAlwaysGave) {
  const std::array<float, 6> known{-0.519695f, -1.793088f, 1.160160f, 1.163161f, -0.290452f, 0.103428f},
      unknown{-0.572962f, -2.027390f, 1.761546f, 0.834250f, -0.571863f, 0.473180f};
  const std::vector<float> told = vectorOfNoise(48), untold = vectorOfNoise(std::nullopt);
  ASSERT_EQ(told.size(), 96u);
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_NEAR(told[i * 16], known[i], 1e-4) << told[i * 16];
    EXPECT_NEAR(untold[i * 16], unknown[i], 1e-4) << untold[i * 16];
  }
}

TEST(ImageNetwork, ItsWeightsAreNamedAsInItsFiles) {
  Safetensors file(PATCHPILOT_SOURCE_DIR "/embedders/ours-jx10.safetensors");
  const auto network = ImageNetwork::read(file);
  std::size_t count = 0;
  for (const auto& named : network->named_parameters()) {
    EXPECT_TRUE(file.contains(named.key())) << named.key();
    ++count;
  }
  for (const auto& named : network->named_buffers()) {
    EXPECT_TRUE(file.contains(named.key())) << named.key();
    ++count;
  }
  EXPECT_EQ(count, file.tensors().size());
  EXPECT_EQ(network->dimension(), 96);
}

}  // namespace
}  // namespace patchpilot
