#include "networks/ast_encoder.h"

#include "networks/network_file.h"
#include "test_support.h"

#include <torch/utils.h>

namespace patchpilot {
namespace {

// The fixture is made by tools/networks/ast_reference.py.
TEST(AstEncoder, EachLayerGivesWhatTransformersGives) {
  const torch::NoGradGuard noGradients;
  Safetensors file(PATCHPILOT_SOURCE_DIR "/tests/networks/fixtures/ast.safetensors");
  NetworkSizes sizes("test", {{"frames", "36"},
                              {"bands", "26"},
                              {"ast_width", "24"},
                              {"ast_layers", "3"},
                              {"ast_heads", "3"},
                              {"ast_mlp", "40"}});
  AstEncoder encoder(SoundSizes::read(sizes), sizes);
  std::size_t read = 0;
  for (auto& [name, tensor] : weightsOf(encoder))
    if (file.contains("weight." + name)) {
      readTensor(file, "weight." + name, tensor);
      ++read;
    } else {
      EXPECT_TRUE(name.starts_with("head.")) << name;
    }
  EXPECT_EQ(read, 6u + 3 * 12);
  torch::Tensor picture = torch::zeros({2, 36, 26});
  readTensor(file, "picture", picture);
  const Tensors layers = encoder.layers(picture);
  ASSERT_EQ(layers.size(), 5u);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    torch::Tensor wanted = torch::zeros_like(layers[i]);
    readTensor(file, fmt::format("layer.{}", i), wanted);
    EXPECT_LT((layers[i] - wanted).abs().max().item<double>() / wanted.abs().max().item<double>(), 1e-4) << i;
  }
}

}  // namespace
}  // namespace patchpilot
