#include "base/places.h"

#include "base/files.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

/// A home of its own, and no word of the desktop's.
class PlacesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "patchpilot-home-XXXXXX").string();
    home_ = ::mkdtemp(name.data());
    for (const char* variable : {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"}) {
      const char* value = std::getenv(variable);
      before_.emplace_back(variable, value ? value : "");
      ::unsetenv(variable);
    }
    ::setenv("HOME", home_.c_str(), 1);
  }
  void TearDown() override {
    for (const auto& [variable, value] : before_)
      if (value.empty()) ::unsetenv(variable.c_str());
      else ::setenv(variable.c_str(), value.c_str(), 1);
    fs::remove_all(home_);
  }

  fs::path home_;
  std::vector<std::pair<std::string, std::string>> before_;
};

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
