#include "networks/openl3.h"

#include "base/error.h"
#include "embed/network_embedder.h"
#include "test_support.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace patchpilot {
namespace {

const std::filesystem::path kFixtures =
    std::filesystem::path(PATCHPILOT_SOURCE_DIR) / "tests/networks/fixtures";

/// What openl3 and TensorFlow made of a small network with random weights, by
/// tools/embedders/openl3_reference.py.
const nlohmann::json& reference() {
  static const auto document = nlohmann::json::parse(readTextFile(kFixtures / "openl3.json"));
  return document;
}

OpenL3 network(int dimension, const std::filesystem::path& file = kFixtures / "openl3.h5") {
  return OpenL3(file, dimension);
}

/// The noise of the script's `sound`.
std::vector<float> noise(std::size_t samples) {
  std::vector<float> out(samples);
  std::uint32_t state = 7;
  for (std::size_t i = 0; i < samples; ++i) {
    state = state * 1664525u + 1013904223u;
    out[i] = float((state / 4294967296.0 - 0.5) * (i % 12000 < 6000 ? 0.5 : 0.0625));
  }
  return out;
}

/// The frames of a sound, as the network takes them.
std::vector<float> spectrograms(std::span<const float> sound) {
  constexpr std::size_t kSize = OpenL3FrontEnd::kBands * OpenL3FrontEnd::kColumns;
  std::vector<float> all(OpenL3FrontEnd::frames(sound.size()) * kSize);
  for (std::size_t i = 0; i * kSize < all.size(); ++i)
    OpenL3FrontEnd().spectrogram(sound, i, std::span(all).subspan(i * kSize, kSize));
  return all;
}

void expectLayer(const std::string& name, std::span<const float> ours,
                 const std::vector<std::int64_t>& shape) {
  const auto& layer = reference().at("layers").at(name);
  EXPECT_EQ(layer.at("shape").get<std::vector<std::int64_t>>(), shape) << name;
  const auto values = layer.at("values").get<std::vector<float>>();
  const auto step = layer.at("step").get<std::size_t>();
  const float allowed = 1e-4f * layer.at("largest").get<float>();
  ASSERT_GE(ours.size(), (values.size() - 1) * step + 1) << name;
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_NEAR(ours[i * step], values[i], allowed) << name << " at " << i * step;
}

TEST(OpenL3, EveryLayerIsThatOfTheOfficialOne) {
  const auto sound = noise(reference().at("samples").get<std::size_t>());
  std::vector<float> heard = spectrograms(sound);
  const std::int64_t count = std::int64_t(OpenL3FrontEnd::frames(sound.size()));
  expectLayer("spectrogram", heard, {count, 1, 256, 199});
  int layers = 0;
  network(32).forward(
      at::from_blob(heard.data(), {count, 1, 256, 199}), [&](const std::string& name, const at::Tensor& out) {
        const at::Tensor whole = out.contiguous();
        expectLayer(name, {whole.data_ptr<float>(), std::size_t(whole.numel())}, whole.sizes().vec());
        ++layers;
      });
  EXPECT_EQ(layers, 8);
}

TEST(OpenL3, BothReadOutsAreThoseOfTheOfficialOne) {
  const auto sound = noise(reference().at("samples").get<std::size_t>());
  for (const int dimension : {32, 384}) {
    const auto expected =
        reference().at("vectors").at(std::to_string(dimension)).get<std::vector<std::vector<float>>>();
    const auto ours = network(dimension).frames(sound);
    ASSERT_EQ(ours.size(), expected.size() * std::size_t(dimension));
    float largest = 0;
    for (const auto& row : expected)
      for (const float value : row) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < ours.size(); ++i)
      ASSERT_NEAR(ours[i], expected[i / std::size_t(dimension)][i % std::size_t(dimension)], 1e-4f * largest)
          << i;
  }
}

TEST(OpenL3, ASoundIsCutAsTheOfficialOneDoes) {
  EXPECT_EQ(OpenL3FrontEnd::frames(0), 1u);
  EXPECT_EQ(OpenL3FrontEnd::frames(24000), 1u);
  EXPECT_EQ(OpenL3FrontEnd::frames(24001), 2u);
  EXPECT_EQ(OpenL3FrontEnd::frames(48000), 6u);
  EXPECT_EQ(OpenL3FrontEnd::frames(192000), 36u);
}

TEST(OpenL3, AVectorIsTheMeanOverTheFrames) {
  const auto embedder = makeNetworkEmbedder(
      {.name = "openl3", .dimension = 32, .network = "openl3", .files = {kFixtures / "openl3.h5"}});
  const auto left = noise(13230), right = noise(13230);
  std::vector<float> vector(32), doubled(32);
  embedder->embed(left, right, vector);
  std::vector<float> louder(left);
  for (float& x : louder) x *= 4;
  embedder->embed(louder, louder, doubled);  // decibels below the loudest: how loud it is does not count
  float largest = 0;
  for (const float value : vector) largest = std::max(largest, std::abs(value));
  EXPECT_GT(largest, 0.01f);
  for (std::size_t i = 0; i < vector.size(); ++i) EXPECT_NEAR(vector[i], doubled[i], 1e-4f * largest);
  std::vector<float> silent(32);
  embedder->embed({}, {}, silent);
  for (const float value : silent) EXPECT_TRUE(std::isfinite(value));
}

TEST(OpenL3, RefusesWeightsThatDoNotFit) {
  const TemporaryFolder folder;
  const auto refusal = [](int dimension, const std::filesystem::path& file = kFixtures / "openl3.h5") {
    try {
      network(dimension, file);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_NE(refusal(512).find("openl3.h5 does not hold the weights of an OpenL3 audio network for mel256 (32 "
                              "channels instead of 512)"),
            std::string::npos);
  EXPECT_NE(refusal(512, folder / "none.h5").find("none.h5"), std::string::npos);
  const Bytes whole = readFile(kFixtures / "openl3.h5");
  writeFileAtomically(folder / "half.h5", std::span(whole).first(whole.size() / 2));
  EXPECT_NE(refusal(32, folder / "half.h5").find("half.h5 is no HDF5 file, or a damaged one"),
            std::string::npos);
}

}  // namespace
}  // namespace patchpilot
