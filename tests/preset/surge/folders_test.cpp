#include "preset/surge/folders.h"

#include "base/files.h"

#include "own_home.h"

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class SurgeFoldersTest : public OwnHome {
 protected:
  void choose(const fs::path& folder, const std::string& asXml) {
    fs::create_directories(folder);
    const fs::path settings = home_ / ".local/share/Surge Synth Team/Surge XT";
    fs::create_directories(settings);
    writeFileAtomically(
        settings / "surgeUserDirectoryLocation.xml",
        std::string_view("<surge-user-directory><path>" + asXml + "</path></surge-user-directory>"));
  }

  static fs::path firstThere(const std::vector<fs::path>& places) {
    for (const auto& place : places)
      if (fs::is_directory(place)) return place;
    return {};
  }
};

TEST_F(SurgeFoldersTest, TheUsersFolderIsWhereSurgeLooksForIt) {
  EXPECT_EQ(surgeUserFolder(), home_ / ".Surge Synth Team/Surge XT") << "without any documents";
  fs::create_directories(home_ / "Documents");
  EXPECT_EQ(surgeUserFolder(), home_ / "Documents/Surge XT");
  fs::create_directories(home_ / ".Surge XT");
  EXPECT_EQ(surgeUserFolder(), home_ / ".Surge XT") << "made by an older version";
  fs::create_directories(home_ / ".config");
  writeFileAtomically(home_ / ".config/user-dirs.dirs",
                      std::string_view("# XDG_DOCUMENTS_DIR=\"/wrong\"\n"
                                       "XDG_MUSIC_DIR=\"$HOME/M\"\n"
                                       "XDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"\n"));
  EXPECT_EQ(surgeUserFolder(), home_ / "Dokumente/Surge XT");
  choose(home_ / "chosen", (home_ / "gone").string());
  EXPECT_EQ(surgeUserFolder(), home_ / "Dokumente/Surge XT") << "the folder chosen is gone";
  choose(home_ / "chosen", (home_ / "chosen").string());
  EXPECT_EQ(surgeUserFolder(), home_ / "chosen");
}

TEST_F(SurgeFoldersTest, TheChosenFoldersNameIsReadAsXml) {
  choose(home_ / "Rock & Roll", (home_ / "Rock &amp; Roll").string());
  EXPECT_EQ(surgeUserFolder(), home_ / "Rock & Roll");
}

TEST_F(SurgeFoldersTest, TheDataFolderIsTheFirstThatExists) {
  fs::create_directories(home_ / "vst3/SurgeXTData");
  fs::create_directories(home_ / ".local/share/surge-xt");
  const auto places = surgeDataFolders(home_ / "vst3/Surge XT.vst3");
  EXPECT_EQ(firstThere(places), home_ / "vst3/SurgeXTData");
  fs::remove_all(home_ / "vst3");
  EXPECT_EQ(firstThere(places), home_ / ".local/share/surge-xt");
  fs::create_directories(home_ / ".local/share/Surge XT");
  EXPECT_EQ(firstThere(places), home_ / ".local/share/Surge XT");
  ::setenv("SURGE_DATA_HOME", "/given", 1);
  EXPECT_EQ(surgeDataFolders("x"), std::vector<fs::path>{"/given"});
}

}  // namespace
}  // namespace patchpilot
