#include "base/places.h"

#include "base/files.h"

#include "own_home.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

using PlacesTest = OwnHome;

TEST_F(PlacesTest, UserPresetsLieInTheHome) {
  EXPECT_EQ(userLv2Folder(), home_ / ".lv2");
  EXPECT_EQ(userVst3PresetFolder(), home_ / ".vst3/presets");
}

TEST_F(PlacesTest, LibrariesLieAmongTheUsersData) {
  EXPECT_EQ(libraryFolder(), home_ / ".local/share/patchpilot/libraries");
  ::setenv("XDG_DATA_HOME", (home_ / "data").c_str(), 1);
  EXPECT_EQ(libraryFolder(), home_ / "data/patchpilot/libraries");
  ::unsetenv("XDG_DATA_HOME");
}

TEST_F(PlacesTest, UserDataLieWhereXdgSays) {
  EXPECT_EQ(homeFolder(), home_);
  EXPECT_EQ(userDataFolder(), home_ / ".local/share");
  EXPECT_EQ(dataFolder(), home_ / ".local/share/patchpilot");
  ::setenv("XDG_DATA_HOME", (home_ / "data").c_str(), 1);
  EXPECT_EQ(userDataFolder(), home_ / "data");
}

TEST_F(PlacesTest, DocumentsLieWhereTheDesktopSays) {
  EXPECT_EQ(desktopDocumentsFolder(), "");
  fs::create_directories(home_ / ".config");
  writeFileAtomically(home_ / ".config/user-dirs.dirs",
                      std::string_view("# XDG_DOCUMENTS_DIR=\"/wrong\"\n"
                                       "XDG_MUSIC_DIR=\"$HOME/M\"\n"
                                       "XDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"\n"));
  EXPECT_EQ(desktopDocumentsFolder(), home_ / "Dokumente");
}

}  // namespace
}  // namespace patchpilot
