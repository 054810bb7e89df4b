#include "embed/models.h"

#include "base/error.h"
#include "test_support.h"

#include <dlfcn.h>
#include <torch/script.h>

#include <cmath>
#include <numbers>
#include <thread>

namespace patchpilot {
namespace {

/// A folder of models, and TorchScript networks in it.
class TorchScript : public testing::Test {
 protected:
  /// @param code  of its forward
  void make(const std::string& name, const std::string& code, const std::string& toml = "") {
    torch::jit::Module module("network");
    module.define("def forward(self, x):\n  " + code + "\n");
    module.save((folder_ / (name + ".pt")).string());
    writeFileAtomically(folder_ / (name + ".toml"), toml.empty() ? kToml : toml);
  }

  std::string refusal(const std::string& name) {
    try {
      makeEmbedder(name);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      return error.what();
    }
    return "none";
  }

  static constexpr const char* kToml =
      "format = 1\nversion = 3\nsample_rate_hz = 22050\nseconds = 0.5\ndimension = 2\ntitle = \"mean and "
      "length\"\n";
  TemporaryFolder folder_;
  ScopedVariable models_{"PATCHPILOT_MODELS", folder_.path().string()};
};

TEST_F(TorchScript, HearsTheMeanOfTheChannelsAtItsRateAndLength) {
  make("mean", "return torch.stack([x.abs().max(1)[0], torch.full([1], x.size(1))], 1)");
  const auto embedder = makeEmbedder("mean");
  EXPECT_EQ(embedder->name(), "mean");
  EXPECT_EQ(embedder->version(), 3);
  ASSERT_EQ(embedder->dimension(), 2);
  std::vector<float> left(44100), right(44100), vector(2);
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i] = 0.5f * std::sin(float(i) * 2 * std::numbers::pi_v<float> * 441 / 44100);
    right[i] = i < 30000 ? 0.5f * left[i] : 9;  // what comes after half a second is not heard
  }
  embedder->embed(left, right, vector);
  EXPECT_NEAR(vector[0], 0.375f, 0.005f);
  EXPECT_EQ(vector[1], 11025);
}

TEST_F(TorchScript, GivesTheSameFromSeveralThreads) {
  make("sums", "return torch.stack([x.sum(1), (x * x).sum(1)], 1)");
  const auto embedder = makeEmbedder("sums");
  std::vector<float> sound(22050);
  for (std::size_t i = 0; i < sound.size(); ++i) sound[i] = std::sin(float(i * i % 997));
  std::vector<std::vector<float>> vectors(8, std::vector<float>(2));
  std::vector<std::thread> threads;
  for (auto& vector : vectors) threads.emplace_back([&] { embedder->embed(sound, sound, vector); });
  for (auto& thread : threads) thread.join();
  EXPECT_NE(vectors[0][1], 0);
  for (const auto& vector : vectors) EXPECT_EQ(vector, vectors[0]);
}

TEST_F(TorchScript, MultipliesOnOneCore) {
  const auto threads = reinterpret_cast<int (*)()>(::dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  if (threads == nullptr) GTEST_SKIP() << "LibTorch does not multiply by OpenBLAS here";
  make("one", "return x[:, :2]");
  makeEmbedder("one");
  EXPECT_EQ(threads(), 1);
}

TEST_F(TorchScript, IsRefusedWithALineThatNamesTheFile) {
  make("long", "return torch.cat([x[:, :2], x[:, :2]], 1)");
  EXPECT_EQ(refusal("long"), (folder_ / "long.pt").string() +
                                 ": for one sound this network gives 4 values, its TOML file says 2");
  make("raises", "return x.view([4, -1])");
  EXPECT_NE(refusal("raises").find("raises.pt: this network cannot be used: "), std::string::npos);
  make("damaged", "return x");
  const Bytes whole = readFile(folder_ / "damaged.pt");
  writeFileAtomically(folder_ / "damaged.pt", std::span(whole).first(whole.size() / 2));
  EXPECT_NE(refusal("damaged").find("damaged.pt: this network cannot be used: "), std::string::npos);
  make("number", "return 3");
  EXPECT_NE(refusal("number").find("number.pt: this network cannot be used: "), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
