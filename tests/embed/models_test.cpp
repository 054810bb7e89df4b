#include "embed/models.h"
#include "embed/sound_image.h"

#include "base/error.h"
#include "embed/text_embedder.h"
#include "test_support.h"

#include <tuple>

namespace patchpilot {
namespace {

/// Two folders of models; networks cannot be opened.
class Models : public testing::Test {
 protected:
  void describe(const TemporaryFolder& folder, const std::string& name, const std::string& seconds) {
    writeFileAtomically(
        folder / (name + ".toml"),
        "format = 1\nversion = 2\nsample_rate_hz = 16000\ndimension = 8\nseconds = " + seconds + "\n");
  }

  std::string refusal(const std::string& name, std::optional<int> version = {}) {
    try {
      makeEmbedder(name, version);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }

  const Model* find(const std::vector<Model>& all, const std::string& name) {
    for (const Model& model : all)
      if (model.name == name) return &model;
    return nullptr;
  }

  TemporaryFolder first_, second_;
  ScopedVariable folders_{"PATCHPILOT_MODELS", first_.path().string() + ":" + second_.path().string()};
  ScopedVariable module_{"PATCHPILOT_NETWORKS", "/nowhere/networks.so"};
};

TEST_F(Models, ListsWhatIsDescribedAndTheFirstFolderCounts) {
  describe(first_, "ours", "1.5");
  describe(second_, "ours", "9");
  describe(second_, "other", "3");
  writeFileAtomically(second_ / "other.pt", std::string_view("weights"));
  const auto all = models();
  const Model* ours = find(all, "ours");
  ASSERT_NE(ours, nullptr);
  EXPECT_EQ(std::get<WaveformInput>(ours->embedders.at(0).input).seconds, 1.5);
  EXPECT_TRUE(ours->embedders.at(0).files.empty());
  EXPECT_FALSE(modelFiles(*ours));
  const Model* other = find(all, "other");
  ASSERT_NE(other, nullptr);
  ASSERT_TRUE(modelFiles(*other));
  EXPECT_EQ(other->embedders.at(0).files, (std::vector{second_ / "other.pt"}));
}

TEST_F(Models, SaysWhatIsMissing) {
  describe(first_, "ours", "1");
  EXPECT_EQ(refusal("ours"),
            "embedder ours needs ours.pt, which is not there; 'patchpilot models' says where to get it and "
            "where to put it");
  EXPECT_EQ(refusal("ours", 1),
            "embedder ours is of version 2 in this program, asked for is 1; build the library again");
  EXPECT_NE(refusal("theirs").find("there is no embedder 'theirs'; there are mel-envelope, openl3-512, "
                                   "openl3-6144, clap, clap-style, clap-music, clap-music-style, ours"),
            std::string::npos);
  writeFileAtomically(first_ / "ours.pt", std::string_view("weights"));
  EXPECT_NE(refusal("ours").find("/nowhere/networks.so cannot be opened"), std::string::npos);
}

TEST_F(Models, TellsThePublishedFilesAndEmbeddersOfClap) {
  const auto all = models();
  for (const auto& [name, embedder, style] : {std::tuple("clap-htsat-unfused", "clap", 1152),
                                              std::tuple("larger_clap_music", "clap-music", 1536)}) {
    const Model* clap = find(all, name);
    ASSERT_NE(clap, nullptr);
    ASSERT_EQ(clap->embedders.size(), 2u);
    EXPECT_EQ(clap->embedders[0].name, embedder);
    EXPECT_EQ(clap->embedders[0].dimension, 512);
    EXPECT_EQ(clap->embedders[1].name, std::string(embedder) + "-style");
    EXPECT_EQ(clap->embedders[1].dimension, style);
    EXPECT_EQ(clap->files.at(2).url,
              fmt::format("https://huggingface.co/laion/{}/resolve/main/model.safetensors", name));
  }
  // What texts need is not asked for where there are none.
  std::filesystem::create_directories(first_ / "clap-htsat-unfused");
  for (const char* name : {"config.json", "preprocessor_config.json", "model.safetensors"})
    writeFileAtomically(first_ / "clap-htsat-unfused" / name, std::string_view("x"));
  EXPECT_EQ(modelFiles(*find(all, "clap-htsat-unfused"))->size(), 3u);
}

TEST_F(Models, OnlySomeEmbeddersKnowTexts) {
  const auto refusalOfTexts = [](const std::string& embedder) -> std::string {
    try {
      makeTextEmbedder(embedder, 1);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_NE(
      refusalOfTexts("mel-envelope")
          .find("cannot be compared with embeddings of mel-envelope, only with those of clap, clap-music"),
      std::string::npos);
  EXPECT_NE(refusalOfTexts("clap").find("needs clap-htsat-unfused/config.json and"), std::string::npos);
  EXPECT_EQ(refusalOfTexts("clap").find("vocab"), std::string::npos);
  writeFileAtomically(first_ / "openl3_audio_mel256_music-v0_4_0.h5.gz", std::string_view("x"));
  EXPECT_NE(refusalOfTexts("openl3-512").find("only with those of clap, clap-music"), std::string::npos);
}

TEST_F(Models, ATrainedOneSaysForWhichSynth) {
  writeFileAtomically(
      first_ / "taught.toml",
      std::string_view("format = 1\nkind = \"trained\"\nversion = 3\ndimension = 8\nsynth = \"urn:x\"\n"));
  EXPECT_EQ(refusal("taught"),
            "embedder taught needs taught.safetensors, which is not there; 'patchpilot models' says where to "
            "get it and where to put it");
  writeFileAtomically(first_ / "taught.safetensors", std::string_view("weights"));
  const auto all = models();
  const Model* taught = find(all, "taught");
  ASSERT_NE(taught, nullptr);
  EXPECT_EQ(std::get<ImageInput>(taught->embedders.at(0).input).synth, "urn:x");
  EXPECT_EQ(taught->embedders.at(0).files, (std::vector{first_ / "taught.safetensors"}));
}

TEST_F(Models, WeightsAreKnownByWhatIsInThem) {
  // Safetensors files without tensors: the length of the header, then the header, as version 0.1 wrote it.
  const auto fileOf = [](std::string_view name) {
    const std::string header =
        fmt::format(R"({{"__metadata__":{{"image":"{}","name":"{}"}}}})", SoundImage::kVersion, name);
    return std::string(1, char(header.size())) + std::string(7, '\0') + header;
  };
  const auto put = [&](std::string_view name) {
    writeFileAtomically(first_ / "taught.safetensors", std::string_view(fileOf(name)));
    return embedderInfo("taught");
  };
  writeFileAtomically(
      first_ / "taught.toml",
      std::string_view("format = 1\nkind = \"trained\"\nversion = 3\ndimension = 8\nsynth = \"urn:x\"\n"));
  const EmbedderInfo one = put("weights"), other = put("other weights"), again = put("weights");
  EXPECT_EQ(one.weights, contentHash(fileOf("weights")));
  EXPECT_EQ(one, again);
  EXPECT_NE(one, other);
  EXPECT_FALSE(areComparable(one, other));
  EmbedderInfo unknown = one;
  unknown.weights.clear();
  EXPECT_TRUE(areComparable(one, unknown) && areComparable(unknown, other))
      << "what an older program has written";
  EXPECT_EQ(embedderInfo("mel-envelope").weights, "");

  const auto refusalOf = [](const EmbedderInfo& wanted) -> std::string {
    try {
      makeEmbedder(wanted, "a.db");
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  const std::string remedy = "'patchpilot library embed a.db --with taught --again' makes them anew";
  EXPECT_EQ(refusalOf(other),
            fmt::format("a.db has embeddings of taught by weights of hash {:.8}, and {} has hash {:.8}; put "
                        "the same file there, or {}",
                        other.weights, (first_ / "taught.safetensors").string(), one.weights, remedy));
  for (const EmbedderInfo& same : {one, unknown})
    EXPECT_NE(refusalOf(same).find("/nowhere/networks.so cannot be opened"), std::string::npos)
        << refusalOf(same);
  EmbedderInfo longer = one;
  longer.dimension = 9;
  EXPECT_EQ(
      refusalOf(longer),
      "a.db has embeddings of taught version 3, 9 values, and this program makes version 3, 8 values; " +
          remedy);
}

TEST_F(Models, ThoseThatComeWithTheProgramAreThere) {
  const auto all = models();
  const Model* jx10 = find(all, "ours-jx10");
  ASSERT_NE(jx10, nullptr);
  EXPECT_TRUE(modelFiles(*jx10));
  EXPECT_EQ(std::get<ImageInput>(jx10->embedders.at(0).input).synth, "http://drobilla.net/plugins/mda/JX10");
}

TEST_F(Models, MelEnvelopeNeedsNoNetworks) {
  EXPECT_EQ(makeEmbedder()->name(), "mel-envelope");
  EXPECT_EQ(makeEmbedder("mel-envelope", 1)->dimension(), 352);
  EXPECT_NE(refusal("mel-envelope", 2).find("is of version 1 in this program, asked for is 2"),
            std::string::npos);
}

TEST_F(Models, NamesOnlyWhatIsMissing) {
  std::filesystem::create_directories(first_ / "clap-htsat-unfused");
  writeFileAtomically(first_ / "clap-htsat-unfused" / "config.json", std::string_view("x"));
  EXPECT_NE(refusal("clap").find("needs clap-htsat-unfused/preprocessor_config.json and "
                                 "clap-htsat-unfused/model.safetensors, which"),
            std::string::npos)
      << refusal("clap");
}

TEST_F(Models, WhatOtherProgramsKeepBesideThemIsLetAlone) {
  writeFileAtomically(first_ / "pyproject.toml", std::string_view("[project]\nname = \"x\"\n"));
  describe(second_, "ours", "1");
  const auto all = models();
  EXPECT_EQ(find(all, "pyproject"), nullptr);
  EXPECT_NE(find(all, "ours"), nullptr);
}

TEST_F(Models, RefusesADescriptionThatIsWrong) {
  writeFileAtomically(first_ / "bad.pt", std::string_view("weights"));
  describe(second_, "ours", "1");
  const std::string file = (first_ / "bad.toml").string();
  for (const auto& [text, part] : std::vector<std::pair<std::string, std::string>>{
           {"format = 2\n", "'format' is 2; this program reads 1"},
           {"format = 1\nversion = 1\nsample_rate_hz = 16000\ndimension = 8\n", "'seconds' is missing"},
           {"format = 1\nversion = 1\nsample_rate_hz = 16000\ndimension = 0\nseconds = 1\n",
            "'dimension' must be from 1"},
           {"format = 1\nversion = 1\nsample_rate_hz = 2\ndimension = 8\nseconds = 1\n",
            "'sample_rate_hz' must be from"},
           {"format = 1\nversion = 1\nsample_rate_hz = 16000\ndimension = 8\nseconds = nan\n",
            "'seconds' must be above 0"},
           {"format = 1\nlenght = 1\n", "'lenght' is not known here"},
           {"format = 1\nkind = \"taught\"\n",
            "'kind' is 'taught'; this program knows torchscript and trained"},
           {"format = 1\nkind = \"trained\"\nversion = 1\ndimension = 8\n", "'synth' is missing"},
           {"format = 1\nkind = \"trained\"\nversion = 1\ndimension = 8\nseconds = 1\n",
            "'seconds' is not known here"},
           {"format = [\n", file + ":"}}) {
    writeFileAtomically(file, text);
    const std::string said = refusal("bad");
    EXPECT_NE(refusal("ours").find("needs ours.pt"), std::string::npos) << "the others can be used";
    EXPECT_NE(said.find(part), std::string::npos) << said;
    EXPECT_NE(said.find("bad.toml:"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace patchpilot
