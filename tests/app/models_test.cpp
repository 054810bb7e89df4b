#include "program.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

/// A folder for models of its own, and a module of networks that cannot be opened.
const std::string kNoNetworks = "PATCHPILOT_MODELS=. PATCHPILOT_NETWORKS=/nowhere/networks.so";

TEST(ModelsCommand, SaysWhatEachNeedsFromWhereAndUnderWhichLicence) {
  const TestPlaces places;
  const TemporaryFolder folder;
  const Result text = run(folder, "models", kNoNetworks);
  EXPECT_EQ(text.status, 0) << text.err;
  for (const char* part :
       {"openl3-music-mel256  (not installed)", "openl3-512 (512 values), openl3-6144 (6144 values)",
        "CC BY 4.0", "vocab.json (missing) (for match --text)",
        "https://github.com/marl/openl3/raw/models/openl3_audio_mel256_music-v0_4_0.h5.gz", "into ."})
    EXPECT_NE(text.out.find(part), std::string::npos) << text.out;
  writeFileAtomically(folder / "openl3_audio_mel256_music-v0_4_0.h5.gz", std::string_view("weights"));
  const auto document = nlohmann::json::parse(run(folder, "models --json", kNoNetworks).out);
  EXPECT_EQ(document.at("folder"), ".");
  const auto& model = document.at("models").at(0);
  EXPECT_EQ(model.at("name"), "openl3-music-mel256");
  EXPECT_EQ(model.at("installed"), true);
  EXPECT_EQ(model.at("files").at(0).at("path"), "./openl3_audio_mel256_music-v0_4_0.h5.gz");
  writeFileAtomically(folder / "mine.toml", std::string_view("format = 7"));
  writeFileAtomically(folder / "mine.pt", std::string_view("weights"));
  const std::string wrong = "mine.toml:1: network: 'format' is 7; this program reads 1";
  const Result told = run(folder, "models", kNoNetworks);
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_NE(told.out.find("problem    ./" + wrong), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("(installed)"), std::string::npos) << "the others can be used";
}

TEST(ModelsCommand, NetworksAreOpenedByNothingThatNeedsNone) {
  const TestPlaces places;
  const TemporaryFolder folder;
  EXPECT_EQ(run(folder, "--help", kNoNetworks).status, 0);
  EXPECT_EQ(run(folder, "synths", kNoNetworks).status, 0);
  const Result built =
      run(folder, "library build --space jx10 --count 3 --out a.db --workers 1", kNoNetworks);
  EXPECT_EQ(built.status, 0) << built.err;
  EXPECT_NE(run(folder, "library info a.db", kNoNetworks)
                .out.find("embedding  mel-envelope version 1, 352 values\nseed"),
            std::string::npos);
  tone(folder / "tone.wav", 0.5);
  EXPECT_EQ(run(folder, "match tone.wav --library a.db --out found --top 1 --workers 1", kNoNetworks).status,
            0);
}

}  // namespace
}  // namespace patchpilot
