#include "networks/clap_audio.h"

#include "audio/resample.h"
#include "base/error.h"
#include "clap_fixture.h"
#include "embed/network_embedder.h"
#include "networks/byte_pair_tokenizer.h"
#include "networks/clap_front_end.h"
#include "networks/clap_text.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <set>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void expectTheirs(const std::string& name, const at::Tensor& x) {
  const at::Tensor values = x.contiguous();
  expectNear(name, values.data_ptr<float>(), std::size_t(values.numel()));
}

/// The fixture's files, of which some are changed.
class ClapTest : public testing::Test {
 protected:
  ClapTest() {
    for (const char* name :
         {"config.json", "preprocessor_config.json", "model.safetensors", "vocab.json", "merges.txt"})
      fs::copy_file(kClapFolder / name, folder_ / name);
  }

  void change(const std::string& file, const std::string& pointer, const json& value) {
    json document = json::parse(readTextFile(kClapFolder / file));
    document[json::json_pointer(pointer)] = value;
    writeFileAtomically(folder_ / file, std::string_view(document.dump()));
  }

  NetworkEmbedder wanted(const std::string& network) const {
    return {.name = "clap",
            .network = network,
            .files = {folder_ / "config.json", folder_ / "preprocessor_config.json",
                      folder_ / "model.safetensors"},
            .textNetwork = "clap-text"};
  }

  std::string refusal(const std::function<void()>& use, ExitCode code = ExitCode::input) {
    try {
      use();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "nothing was refused";
    return "";
  }

  TemporaryFolder folder_;
};

TEST_F(ClapTest, EveryLayerOfTheAudioTowerGivesWhatTransformersGives) {
  Safetensors file(kClapFolder / "model.safetensors");
  const ClapAudioTower tower(readClapConfig(kClapFolder / "config.json"), file);
  const ClapFrontEnd frontEnd(readClapHearing(kClapFolder / "preprocessor_config.json"));
  std::set<std::string> heard;
  tower.embed(frontEnd(expected("half/sound")), [&](const std::string& name, const at::Tensor& x) {
    heard.insert(name);
    expectTheirs("half/" + name, x);
  });
  EXPECT_EQ(heard.size(), 1u + 6 + 3 + 1);  // patches, blocks, stages, the last norm
}

TEST_F(ClapTest, EverySoundLiesWhereTransformersPutsIt) {
  Safetensors file(kClapFolder / "model.safetensors");
  const ClapAudioTower tower(readClapConfig(kClapFolder / "config.json"), file);
  const ClapFrontEnd frontEnd(readClapHearing(kClapFolder / "preprocessor_config.json"));
  for (const auto& sound : kClapSounds) {
    const Spectrogram mel = frontEnd(expected(sound + "/sound"));
    expectTheirs(sound + "/embedding", tower.embed(mel));
    expectTheirs(sound + "/style", tower.style(mel));
  }
}

TEST_F(ClapTest, EveryLayerOfTheTextTowerGivesWhatTransformersGives) {
  Safetensors file(kClapFolder / "model.safetensors");
  const ClapTextTower tower(readClapConfig(kClapFolder / "config.json"), file);
  const BytePairTokenizer tokenizer(kClapFolder);
  const json texts = json::parse(readTextFile(kClapFolder / "texts.json"));
  std::set<std::string> heard;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const LayerListener listener = [&](const std::string& name, const at::Tensor& x) {
      heard.insert(name);
      expectTheirs("text0/" + name, x);
    };
    const at::Tensor vector =
        tower.embed(tokenizer(texts[i].at("text").get<std::string>()), i == 0 ? listener : LayerListener());
    expectTheirs(fmt::format("text{}/embedding", i), vector);
  }
  EXPECT_EQ(heard.size(), 1u + 2);
}

TEST_F(ClapTest, AStereoSoundIsHeardAsTheMeanOfItsChannelsAtTheModelsRate) {
  const auto embedder = makeNetworkEmbedder(wanted("clap"));
  EXPECT_EQ(embedder->dimension(), 24);
  const std::vector<float> sound = resample(expected("half/sound"), 8000, 44100);
  std::vector<float> left(sound.size()), right(sound.size()), vector(24);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    left[i] = 1.5f * sound[i];
    right[i] = 0.5f * sound[i];
  }
  embedder->embed(left, right, vector);
  const std::vector<float> theirs = expected("half/embedding");
  double product = 0, length = 0;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    product += double(vector[i]) * theirs[i];
    length += double(vector[i]) * vector[i];
  }
  EXPECT_NEAR(length, 1, 1e-5);
  EXPECT_GT(product, 0.99);  // of what lies about 4 kHz, resampling leaves not all
}

TEST_F(ClapTest, StyleHasLengthOneAndTellsSoundsApart) {
  const auto embedder = makeNetworkEmbedder(wanted("clap-style"));
  const auto style = [&](const std::string& name) {
    std::vector<float> vector(std::size_t(embedder->dimension()));
    const auto sound = resample(expected(name + "/sound"), 8000, 44100);
    embedder->embed(sound, sound, vector);
    return vector;
  };
  const auto distance = [](const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
  };
  EXPECT_EQ(embedder->dimension(), 2 * (8 + 8 + 16 + 16));
  EXPECT_NEAR(distance(style("half"), std::vector<float>(96)), 1, 1e-5);
  EXPECT_EQ(distance(style("half"), style("half")), 0);
  EXPECT_GT(distance(style("half"), style("click")), 0.05);
}

TEST_F(ClapTest, TextAndSoundShareASpace) {
  const auto embedder = makeNetworkTextEmbedder(wanted("clap"));
  std::vector<float> vector(24);
  embedder->embed("warm analog brass stab", vector);
  expectNear("text0/embedding", vector.data(), vector.size());
}

TEST_F(ClapTest, ATextThatIsTooLongIsRefused) {
  const auto embedder = makeNetworkTextEmbedder(wanted("clap"));
  std::vector<float> vector(24);
  const auto tooLong = [&](const std::string& text) {
    return refusal([&] { embedder->embed(text, vector); }, ExitCode::usage);
  };
  EXPECT_NE(tooLong(std::string(600, 'z')).find("at most 128"), std::string::npos);
  EXPECT_NE(tooLong(std::string(1'000'000, 'z')).find("bytes"), std::string::npos);
}

TEST_F(ClapTest, WeightsAndConfigMustBelongTogether) {
  change("config.json", "/audio_config/depths", {2, 4, 2});
  EXPECT_NE(refusal([&] { makeNetworkEmbedder(wanted("clap")); }).find("is missing"), std::string::npos);
  change("config.json", "/text_config/intermediate_size", 64);
  EXPECT_NE(refusal([&] {
              makeNetworkTextEmbedder(wanted("clap"));
            }).find("has the shape [32, 16], config.json asks for [64, 16]"),
            std::string::npos);
  change("config.json", "/projection_dim", 16384);
  refusal([&] { makeNetworkEmbedder(wanted("clap")); });
}

TEST_F(ClapTest, AFrontEndOfAnotherModelIsRefused) {
  change("preprocessor_config.json", "/feature_size", 32);
  EXPECT_NE(refusal([&] { makeNetworkEmbedder(wanted("clap")); }).find("preprocessor_config.json"),
            std::string::npos);
  change("preprocessor_config.json", "/hop_length", 16);
  EXPECT_NE(refusal([&] { makeNetworkEmbedder(wanted("clap")); }).find("preprocessor_config.json"),
            std::string::npos);
}

TEST_F(ClapTest, AFrontEndThatAsksForTooMuchIsRefused) {
  const std::pair<const char*, const char*> wrong[] = {
      {"max_length_s", R"({"truncation": "rand_trunc", "sampling_rate": 768000, "max_length_s": 600})"},
      {"hop_length", R"({"truncation": "rand_trunc", "fft_window_size": 65536, "hop_length": 1})"}};
  for (const auto& [key, document] : wrong) {
    writeFileAtomically(folder_ / "preprocessor_config.json", std::string_view(document));
    EXPECT_NE(refusal([&] { readClapHearing(folder_ / "preprocessor_config.json"); }).find(key),
              std::string::npos);
  }
}

TEST_F(ClapTest, AConfigThatThisProgramDoesNotKnowIsRefused) {
  const std::pair<const char*, json> wrong[] = {{"/model_type", "clip"},
                                                {"/projection_hidden_act", "gelu"},
                                                {"/projection_dim", 0},
                                                {"/audio_config", 3},
                                                {"/audio_config/enable_fusion", true},
                                                {"/audio_config/enable_fusion", "yes"},
                                                {"/audio_config/hidden_act", "relu"},
                                                {"/audio_config/spec_size", 60},
                                                {"/audio_config/spec_size", 1e9},
                                                {"/audio_config/spec_size", 1024},
                                                {"/audio_config/window_size", 64},
                                                {"/audio_config/window_size", 5},
                                                {"/audio_config/window_size", 0},
                                                {"/audio_config/num_mel_bins", 0},
                                                {"/audio_config/num_mel_bins", 24},
                                                {"/audio_config/depths", {2, 2}},
                                                {"/audio_config/depths", json::array()},
                                                {"/audio_config/num_attention_heads", {3, 2, 4}},
                                                {"/audio_config/num_attention_heads", {2, 2, "4"}},
                                                {"/audio_config/patch_stride", {4, 2}},
                                                {"/audio_config/patch_size", 5},
                                                {"/audio_config/hidden_size", 64},
                                                {"/audio_config/mlp_ratio", 1e6},
                                                {"/text_config/num_attention_heads", 3},
                                                {"/text_config/vocab_size", -1},
                                                {"/text_config/max_position_embeddings", 1},
                                                {"/text_config/hidden_act", "relu"}};
  for (const auto& [pointer, value] : wrong) {
    change("config.json", pointer, value);
    EXPECT_NE(refusal([&] { readClapConfig(folder_ / "config.json"); }).find("config.json"),
              std::string::npos)
        << pointer << " " << value;
  }
  const std::string deep = std::string(300'000, '[') + std::string(300'000, ']');
  writeFileAtomically(folder_ / "config.json", "{\"audio_config\": " + deep + "}");
  EXPECT_NE(refusal([&] { readClapConfig(folder_ / "config.json"); }).find("config.json"), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
