#include "program.h"

namespace patchpilot {
namespace {

nlohmann::json findingsOn(const nlohmann::json& document, const std::string& topic) {
  nlohmann::json found = nlohmann::json::array();
  for (const auto& one : document.at("findings"))
    if (one.at("topic") == topic) found.push_back(one);
  return found;
}

TEST(DoctorCommand, SaysWhatIsThereAndHowToGetWhatIsMissing) {
  const TestPlaces places;
  const TemporaryFolder folder;
  const std::string before = "PATCHPILOT_NETWORKS=/nowhere/networks.so PATCHPILOT_MODELS=. PATCHPILOT_PAGE=.";
  const Result text = run(folder, "doctor", before);
  EXPECT_EQ(text.status, 0) << text.err;
  for (const char* part :
       {"ok      plug-in   MDA JX10", "ok      space     jx10 (for MDA JX10)",
        "missing networks  /nowhere/networks.so cannot be opened", "apt-get install libtorch1.13",
        "missing page", "missing library   none in", "'patchpilot library build --space jx10",
        "missing model     openl3-music-mel256", "'patchpilot models fetch openl3-music-mel256'",
        "missing space     surge-full is for Surge XT, which is not installed\n",
        "-> install Surge XT from https://surge-synthesizer.github.io"})
    EXPECT_NE(text.out.find(part), std::string::npos) << part << "\n" << text.out;
  EXPECT_EQ(text.out.find("NEEDED"), std::string::npos) << text.out;
}

/// A copy of the program with nothing beside it but its worker, as where one package of several is installed.
TEST(DoctorCommand, NamesThePackagesOfModulesThatAreNotInstalled) {
  const TestPlaces places;
  const TemporaryFolder folder;
  const std::filesystem::path built = PATCHPILOT_BINARY_DIR;
  std::filesystem::create_directories(folder / "bin");
  std::filesystem::create_directories(folder / "libexec/patchpilot");
  std::filesystem::create_directories(folder / "share/patchpilot");
  std::filesystem::copy_file(built / "patchpilot", folder / "bin/patchpilot");
  std::filesystem::create_symlink(built / "patchpilot-worker",
                                  folder / "libexec/patchpilot/patchpilot-worker");
  std::filesystem::create_symlink(PATCHPILOT_SOURCE_DIR "/spaces", folder / "share/patchpilot/spaces");
  const Result text = run(folder, "--version >nothing && env -u PATCHPILOT_SPACES bin/patchpilot doctor");
  EXPECT_EQ(text.status, 0) << text.err;
  for (const char* part : {"-> install the package patchpilot-networks, or libtorch-dev",
                           "-> install the package patchpilot-mpi, or libopenmpi-dev"})
    EXPECT_NE(text.out.find(part), std::string::npos) << part << "\n" << text.out;
  const std::string space =
      "jx10 (for MDA JX10), " + folder.path().string() + "/share/patchpilot/spaces/jx10.toml";
  EXPECT_NE(text.out.find(space), std::string::npos) << text.out;
}

TEST(DoctorCommand, FailsWhereNothingCanBeMatched) {
  const TestPlaces places;
  const TemporaryFolder folder;
  const ScopedVariable vst3("VST3_PATH", (folder / "none").string());
  const ScopedVariable lv2("LV2_PATH", (folder / "none").string());
  const Result bare = run(folder, "doctor --json");
  EXPECT_EQ(bare.status, 4) << bare.err;
  EXPECT_NE(bare.err.find("no instrument is found"), std::string::npos) << bare.err;
  const auto document = nlohmann::json::parse(bare.out);
  EXPECT_EQ(document.at("works"), false);
  EXPECT_EQ(findingsOn(document, "plug-in").at(0).at("state"), "NEEDED");
  EXPECT_EQ(run(folder, "doctor", "PATCHPILOT_WORKER=/nowhere/worker").status, 5);
}

TEST(DoctorCommand, ALibraryThatCannotBeReadKeepsNothingElseFromWorking) {
  const TestPlaces places;
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "patchpilot/libraries");
  writeFileAtomically(folder / "patchpilot/libraries/odd.db", std::string_view("no library at all"));
  const ScopedVariable data("XDG_DATA_HOME", folder.path().string());
  const Result told = run(folder, "doctor --json");
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_EQ(findingsOn(nlohmann::json::parse(told.out), "library").at(0).at("state"), "broken");
}

TEST(ModelsFetch, TakesTheFilesOfAModelFromAMirror) {
  const TestPlaces places;
  const TemporaryFolder folder, mirror;
  const std::string file = "openl3_audio_mel256_music-v0_4_0.h5.gz";
  writeFileAtomically(mirror / file, std::string_view("weights"));
  const std::string models = "PATCHPILOT_MODELS=" + (folder / "models").string();
  const Result fetched =
      run(folder, "models fetch openl3-512 --from file://" + mirror.path().string(), models);
  EXPECT_EQ(fetched.status, 0) << fetched.err;
  EXPECT_EQ(readTextFile(folder / "models" / file), "weights");
  EXPECT_NE(fetched.out.find("the server states none"), std::string::npos) << fetched.out;
  EXPECT_NE(run(folder, "models", models).out.find("openl3-music-mel256  (installed)"), std::string::npos);
  writeFileAtomically(mirror / file, std::string_view("others"));
  const std::string again = models + " PATCHPILOT_MODEL_MIRROR=" + mirror.path().string();
  EXPECT_NE(run(folder, "models fetch openl3-music-mel256", again).out.find("there already"),
            std::string::npos);
  EXPECT_EQ(run(folder, "models fetch openl3-music-mel256 --force", again).status, 0);
  EXPECT_EQ(readTextFile(folder / "models" / file), "others");
}

TEST(ModelsFetch, SaysInOneLineWhatCannotBeHad) {
  const TestPlaces places;
  const TemporaryFolder folder;
  const std::string models = "PATCHPILOT_MODELS=" + (folder / "models").string();
  const Result missing = run(folder, "models fetch clap --from " + (folder / "none").string(), models);
  EXPECT_EQ(missing.status, 5);
  EXPECT_NE(missing.err.find("clap-htsat-unfused/config.json cannot be had"), std::string::npos)
      << missing.err;
  EXPECT_NE(missing.err.find("not complete: clap-htsat-unfused; --from or PATCHPILOT_MODEL_MIRROR"),
            std::string::npos)
      << missing.err;
  const Result unknown = run(folder, "models fetch nothing", models);
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("there is no model 'nothing'; there are: openl3-music-mel256"),
            std::string::npos);
}

}  // namespace
}  // namespace patchpilot
