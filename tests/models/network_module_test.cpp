#include "models/network_module.h"

#include "base/error.h"
#include "test_support.h"

namespace patchpilot {
namespace {

TEST(NetworkModule, OneOfAnotherVersionIsRefused) {
  const std::string file = PATCHPILOT_BINARY_DIR "/tests/libtest_networks_other_version.so";
  try {
    openNetworkModule(file);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::system);
    EXPECT_EQ(error.what(),
              fmt::format("{} has interface version 1, this program needs {}; install both anew", file,
                          kNetworksAbi));
  }
}

TEST(Batch, KeepsItsNumbersWhenItMoves) {
  Batch first({{{2, 1, 1, 1}, {1, 2}}, {{1, 3, 1, 1}, {3, 4, 5}}});
  const Batch second = std::move(first);
  ASSERT_EQ(second.view().count, 2u);
  EXPECT_EQ(second.view().all()[1].data[2], 5);
  EXPECT_EQ(second.view().all()[1].size(), 3u);
}

}  // namespace
}  // namespace patchpilot
