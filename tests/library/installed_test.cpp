#include "library/installed.h"

#include "base/error.h"
#include "base/places.h"
#include "test_support.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class InstalledLibraries : public testing::Test {
 protected:
  InstalledLibraries() : data_("XDG_DATA_HOME", folder_.path().string()) {}

  fs::path install(const std::string& name) {
    fs::create_directories(libraryFolder());
    writeFileAtomically(libraryFolder() / name, std::string_view("x"));
    return libraryFolder() / name;
  }

  TemporaryFolder folder_;
  ScopedVariable data_;
};

TEST_F(InstalledLibraries, AreThoseInTheUsersFolder) {
  EXPECT_TRUE(installedLibraries().empty()) << "there is no folder yet";
  const fs::path b = install("b.db"), a = install("a.db");
  install("a.db.mel-envelope-1.index");
  install("notes.txt");
  fs::create_directories(libraryFolder() / "folder.db");
  EXPECT_EQ(installedLibraries(), (std::vector<fs::path>{a, b}));
}

TEST_F(InstalledLibraries, AreFoundByTheirNames) {
  const fs::path jx10 = install("jx10.db");
  EXPECT_EQ(resolveLibrary("jx10"), jx10);
  EXPECT_EQ(resolveLibrary("jx10.db"), jx10);
  EXPECT_EQ(resolveLibrary("dx10"), "dx10");
  EXPECT_EQ(resolveLibrary("./jx10"), "./jx10");
  EXPECT_EQ(resolveLibrary(""), "");
  EXPECT_EQ(resolveLibrary(".."), "..");
  EXPECT_EQ(installedLibraryFile("jx10"), jx10);
  EXPECT_THROW(installedLibraryFile("a/b"), Error);
}

TEST_F(InstalledLibraries, GiveWayToAFileOfThatName) {
  install("jx10.db");
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  writeFileAtomically("jx10", std::string_view("x"));
  EXPECT_EQ(resolveLibrary("jx10"), "jx10");
  fs::current_path(before);
}

}  // namespace
}  // namespace patchpilot
