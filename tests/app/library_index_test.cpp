#include "program.h"

namespace patchpilot {
namespace {

using nlohmann::json;

/// mda's bundle as a copy that may be changed, and no other plug-in.
struct ChangeableMda : TestPlaces {
  ChangeableMda() : lv2Path("LV2_PATH", bundles.path().string()), vst3Path("VST3_PATH", "/nowhere") {
    std::filesystem::copy("/usr/lib/lv2/mda.lv2", bundles / "mda.lv2");
  }

  /// Changes one number of DX10's presets.
  void changeAPreset() const {
    const auto file = bundles / "mda.lv2/DX10-presets.ttl";
    std::string text = readTextFile(file);
    const auto label = text.find("Jazz E.Piano");
    text.replace(text.find("pset:value 0.", label), 13, "pset:value 0.9");
    writeFileAtomically(file, text);
  }

  TemporaryFolder bundles;
  ScopedVariable lv2Path, vst3Path;
};

class LibraryIndex : public testing::Test {
 protected:
  void SetUp() override {
    const Result added = command(
        "library add --factory --space dx10 --notes 60 --length 0.1 --duration 0.2 --workers 1 --library "
        "own.db "
        "--json");
    ASSERT_EQ(added.status, 0) << added.err;
    presets_ = json::parse(added.out).at("kept");
    ASSERT_GT(presets_, 20);
    const Result made = command("library index own.db --out index.db");
    ASSERT_EQ(made.status, 0) << made.err;
    tone(folder_ / "tone.wav", 0.5);
  }

  Result command(const std::string& arguments) { return run(folder_, arguments); }

  ChangeableMda places_;
  TemporaryFolder folder_;
  int presets_ = 0;
};

TEST_F(LibraryIndex, IsSearchedWhereTheSynthBringsThePresets) {
  const auto about = json::parse(command("library info index.db --json").out);
  EXPECT_EQ(about.at("index"), true);
  EXPECT_EQ(about.at("patches"), presets_);
  EXPECT_EQ(readTextFile(folder_ / "index.db").find(places_.bundles.path().string()), std::string::npos)
      << "no path of the machine that made it";
  const Result whole = command("match tone.wav --library own.db --out whole --workers 1 --json");
  const Result found = command("match tone.wav --library index.db --out found --workers 1 --json");
  ASSERT_EQ(found.status, 0) << found.err;
  const auto a = json::parse(whole.out).at("candidates"), b = json::parse(found.out).at("candidates");
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].at("origin"), b[i].at("origin"));
    EXPECT_EQ(a[i].at("distances"), b[i].at("distances"));
  }
}

TEST_F(LibraryIndex, PassesOverPresetsThatHaveChangedAndSaysHowToRenderThem) {
  places_.changeAPreset();
  const std::string about = command("library info index.db").out;
  EXPECT_NE(
      about.find(fmt::format("index      {} of {} presets are on this machine as", presets_ - 1, presets_)),
      std::string::npos)
      << about;
  EXPECT_NE(about.find("misfit     mda.lv2 (http://drobilla.net/plugins/mda/presets#DX10-jazz-e-piano)"),
            std::string::npos)
      << about;
  const Result found = command("match tone.wav --library index.db --out found --workers 1 --top 40 --json");
  ASSERT_EQ(found.status, 0) << found.err;
  EXPECT_EQ(found.out.find("jazz-e-piano"), std::string::npos);
  EXPECT_NE(found.err.find("'patchpilot library add --factory --space dx10 --besides index --library own'"),
            std::string::npos)
      << found.err;
  const Result rest = command(
      "library add --factory --space dx10 --notes 60 --length 0.1 --duration 0.2 --workers 1 --besides "
      "index.db "
      "--library rest.db --json");
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(json::parse(rest.out).at("kept"), 1);
}

TEST_F(LibraryIndex, TakesNothingNewAndHoldsNoPatches) {
  for (const char* arguments :
       {"library embed index.db --with mel-envelope", "library add --factory --library index.db",
        "library index index.db --out again.db"}) {
    const Result refused = command(arguments);
    EXPECT_EQ(refused.status, 2) << arguments << refused.err;
    EXPECT_NE(refused.err.find("is an index"), std::string::npos) << refused.err;
  }
  const Result around =
      command("library build --space dx10 --around presets --from index.db --count 2 --out near.db");
  EXPECT_EQ(around.status, 3);
  EXPECT_NE(around.err.find("and does not hold it"), std::string::npos) << around.err;
  EXPECT_EQ(command("library index own.db --out index.db").status, 2) << "nothing is overwritten";
}

TEST_F(LibraryIndex, LibrariesThatNobodyNamedAreSearchedOnlyIfTheirSynthIsThere) {
  std::filesystem::create_directories(folder_ / "system");
  std::filesystem::copy(folder_ / "index.db", folder_ / "system/dx10-factory.db");
  writeFileAtomically(folder_ / "system/odd.db", std::string_view("no library"));
  const ScopedVariable system("PATCHPILOT_LIBRARIES", (folder_ / "system").string());
  EXPECT_NE(command("library list").out.find("dx10-factory.db (index)"), std::string::npos);
  const Result found = command("match tone.wav --out found --workers 1 --top 1");
  EXPECT_EQ(found.status, 0) << found.err;
  EXPECT_NE(found.err.find("odd.db is not searched"), std::string::npos) << found.err;
  const ScopedVariable none("LV2_PATH", "/nowhere");
  const Result missing = command("match tone.wav --out again --workers 1");
  EXPECT_EQ(missing.status, 3) << missing.err;
  EXPECT_NE(missing.err.find("is not searched"), std::string::npos) << missing.err;
}

TEST_F(LibraryIndex, ANameWithoutAFolderIsALibraryOfTheUsers) {
  const Result added = command(
      "library add --factory --space dx10 --notes 60 --length 0.1 --duration 0.2 --workers 1 --besides "
      "own.db "
      "--library mine --json");
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_EQ(json::parse(added.out).at("elsewhere"), 32);
  EXPECT_TRUE(std::filesystem::exists(places_.folder / "patchpilot/libraries/mine.db"));
}

}  // namespace
}  // namespace patchpilot
