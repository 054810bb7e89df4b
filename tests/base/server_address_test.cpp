#include "base/server_address.h"

#include "base/files.h"
#include "temporary_folder.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(ServerAddress, IsReadAsItWasWritten) {
  const TemporaryFolder folder;
  EXPECT_EQ(readServerPort(folder.path()), std::nullopt);
  writeServerAddress(folder.path(), 8420);
  EXPECT_EQ(readServerPort(folder.path()), 8420);
  EXPECT_EQ(readTextFile(folder / "address"), "http://127.0.0.1:8420/\n");
  removeServerAddress(folder.path());
  EXPECT_EQ(readServerPort(folder.path()), std::nullopt);
  removeServerAddress(folder.path());  // nothing to remove
}

TEST(ServerAddress, IgnoresAFileThatHoldsSomethingElse) {
  const TemporaryFolder folder;
  for (const char* text : {"", "8420", "http://127.0.0.1:", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
                           "http://127.0.0.1:-1/", "http://127.0.0.1:80x/", "http://example.org:8420/",
                           "http://127.0.0.1:8420@example.org/"}) {
    writeFileAtomically(folder / "address", text);
    EXPECT_EQ(readServerPort(folder.path()), std::nullopt) << text;
  }
  writeFileAtomically(folder / "address", std::string(1000, ' ') + "http://127.0.0.1:8420/");
  EXPECT_EQ(readServerPort(folder.path()), std::nullopt);
}

}  // namespace
}  // namespace patchpilot
