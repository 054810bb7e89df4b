#include "program.h"

#include "audio/file.h"
#include "clap_model.h"
#include "embed/text_embedder.h"
#include "ingest/library_builder.h"
#include "ingest/library_synth.h"
#include "synth/catalogue.h"

#include <nlohmann/json.hpp>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

/// Two small libraries of JX10, one heard by a small CLAP model, which lies where the published one is looked
/// for.
class MatchText : public testing::Test {
 protected:
  void SetUp() override {
    if (!ClapModel::canRun()) GTEST_SKIP() << "built without networks";
    build("heard.db", "clap");
    build("mel.db", "mel-envelope");
  }

  void build(const std::string& name, const std::string& embedder) {
    const Synth synth(loadSpace("jx10"));
    LibrarySettings settings = librarySettings(synth);
    settings.embedders = {embedderInfo(embedder)};
    settings.notes = {48, 60};
    settings.lengthSeconds = 0.3;
    settings.durationSeconds = 0.5;
    Library library = Library::create(folder_ / name, settings);
    EXPECT_TRUE(buildLibrary(library, synth, {.count = 6, .workers = 1}));
  }

  Result match(const std::string& arguments) { return run(folder_, "match " + arguments); }

  TestPlaces places_;
  TemporaryFolder folder_;
  ClapModel model_;
};

TEST_F(MatchText, FindsWhatLiesNearestToTheWords) {
  const Result result =
      match("--text 'warm analog brass stab' --library heard.db --out found --top 4 --workers 1 --json");
  ASSERT_EQ(result.status, 0) << result.err;
  const auto document = nlohmann::json::parse(result.out);
  EXPECT_EQ(document.at("text"), "warm analog brass stab");
  ASSERT_EQ(document.at("candidates").size(), 4u);
  EXPECT_FALSE(fs::exists(folder_ / "found/target.wav"));

  const auto texts = makeTextEmbedder("clap", 1);
  const auto sounds = makeEmbedder("clap");
  std::vector<float> wanted(std::size_t(texts->dimension())), heard(std::size_t(sounds->dimension()));
  ASSERT_EQ(wanted.size(), heard.size());
  texts->embed("warm analog brass stab", wanted);
  double last = 1;
  for (const auto& candidate : document.at("candidates")) {
    EXPECT_FALSE(candidate.contains("distances"));
    EXPECT_TRUE(candidate.at("note") == 48 || candidate.at("note") == 60);
    for (const auto& file : candidate.at("files").at("presets"))
      EXPECT_TRUE(fs::exists(folder_ / "found" / file.get<std::string>()));
    const AudioBuffer render =
        readSound(folder_ / "found" / candidate.at("files").at("render").get<std::string>()).sound;
    EXPECT_NEAR(render.seconds(), 0.5, 0.01);
    sounds->embed(render.channel(0), render.channel(1), heard);
    double product = 0;
    for (std::size_t i = 0; i < heard.size(); ++i) product += double(wanted[i]) * heard[i];
    EXPECT_NEAR(candidate.at("similarity").get<double>(), product, 1e-3);
    EXPECT_LE(candidate.at("similarity").get<double>(), last);
    last = candidate.at("similarity").get<double>();
  }
}

TEST_F(MatchText, SaysInWordsWhatItFound) {
  const Result result = match("--text 'a bass' --library heard.db --out found --top 2 --workers 1");
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("SIMILARITY"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("heard.db, patch "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("Written to found"), std::string::npos) << result.out;
}

TEST_F(MatchText, ALibraryThatKnowsNoTextsIsRefused) {
  expectRefusal(match("--text 'a bass' --library mel.db --out found"), 3,
                "mel.db: texts cannot be compared with embeddings of mel-envelope, only with those of clap, "
                "clap-music; 'patchpilot library embed mel.db --with clap' adds them");
  expectRefusal(match("--text 'a bass' --library heard.db --library mel.db --out found"), 3,
                "mel.db: texts cannot be compared");
  EXPECT_FALSE(fs::exists(folder_ / "found"));
}

TEST_F(MatchText, WithoutWeightsItSaysWhatIsMissing) {
  fs::remove(model_.folder() / "vocab.json");
  expectRefusal(match("--text 'a bass' --library heard.db --out found"), 3,
                "vocab.json and merges.txt, or tokenizer.json; 'patchpilot models' says");
  fs::remove(model_.folder() / "model.safetensors");
  expectRefusal(match("--text 'a bass' --library heard.db --out found"), 3,
                "clap-htsat-unfused/model.safetensors, which is not there; 'patchpilot models' says");
}

TEST_F(MatchText, ATextGoesWithNothingThatIsSaidOfASound) {
  expectRefusal(match("--library heard.db --out found"), 2,
                "name the sound to match, or describe it with --text");
  expectRefusal(match("--text ' ' --library heard.db --out found"), 2, "--text says nothing");
  for (const char* other :
       {"tone.wav", "--note 48", "--refine", "--proposals 9", "--velocity 9", "--length 1"}) {
    const Result result = match(fmt::format("--text 'a bass' {} --library heard.db --out found", other));
    EXPECT_EQ(result.status, 2) << other;
    EXPECT_NE(result.err.find("--text"), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace patchpilot
