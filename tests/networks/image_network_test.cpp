#include "networks/image_network.h"

#include "test_support.h"

namespace patchpilot {
namespace {

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
