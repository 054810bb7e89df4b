// How fast networks that propose patches train and answer, per second of processor time, on made-up sounds of
// the size of JX10's: 100 frames of 176 bands, 28 values. Driven by tools/networks/training_speed.py as well,
// which sets it beside PyTorch.
//
//   bench_proposal_training [NETWORK [STEPS [ROWS [NAME=VALUE...]]]]
#include "base/random.h"
#include "models/network_module.h"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace patchpilot;

double processorSeconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

Tensor noise(std::int64_t rows, std::int64_t a, std::int64_t b, SplitMix64& random) {
  Tensor tensor{{rows, a, b, 1}, std::vector<float>(std::size_t(rows * a * b))};
  for (float& value : tensor.values) value = float(2 * random.uniform() - 1);
  return tensor;
}

void measure(const std::string& network, int steps, std::int64_t rows, std::vector<Setting> sizes) {
  constexpr std::int64_t kFrames = 100, kBands = 176, kGlobals = 120, kVector = 28;
  std::string blocks, sections = "0-4=5-9;10-13=14-17";
  for (std::int64_t i = 0; i < kVector - 3; ++i) blocks += "1,";
  blocks += "3c";
  for (const Setting& size : {Setting{"frames", "100"},
                              {"bands", "176"},
                              {"globals", "120"},
                              {"vector", "28"},
                              {"blocks", blocks.c_str()},
                              {"sections", sections.c_str()}})
    sizes.push_back(size);
  FitOptions fit;
  fit.rate = 1.5e-3;
  fit.steps = 1000;
  const bool flow = !network.starts_with("regression");
  const std::unique_ptr<Trainer> trainer(
      networkModule().makeTrainer({network.c_str(), sizes, flow ? "flow" : "regression", fit}));
  SplitMix64 random(1);
  std::vector<Tensor> tensors{noise(rows, kFrames, kBands, random), noise(rows, kGlobals, 1, random)};
  if (network.starts_with("corrector")) {
    tensors.push_back(noise(rows, kFrames, kBands, random));
    tensors.push_back(noise(rows, kGlobals, 1, random));
    tensors.push_back(noise(rows, kVector, 1, random));
  }
  tensors.push_back(noise(rows, kVector, 1, random));
  tensors.push_back({{rows, kVector, 1, 1}, std::vector<float>(std::size_t(rows * kVector), 1.0f)});
  const Batch batch(std::move(tensors));
  trainer->prepare(batch.view());
  double loss = trainer->step(batch.view());
  const double begin = processorSeconds();
  for (int i = 0; i < steps; ++i) loss = trainer->step(batch.view());
  const double took = processorSeconds() - begin;
  fmt::print("{}: {:.0f} sounds/s of one core ({} steps of {}, loss {:.3f})\n", network,
             steps * double(rows) / took, steps, rows, loss);
  if (!flow) return;
  SampleOptions options;
  std::vector<Tensor> one;
  for (const Tensor& tensor : batch.tensors())
    one.push_back({{1, tensor.shape[1], tensor.shape[2], 1},
                   {tensor.values.begin(), tensor.values.begin() + tensor.shape[1] * tensor.shape[2]}});
  std::vector<float> answers(std::size_t(options.count * kVector));
  const Batch sound(std::move(one));
  trainer->sample(sound.view(), options, answers);
  const double sampling = processorSeconds();
  constexpr int kTimes = 5;
  for (int i = 0; i < kTimes; ++i) trainer->sample(sound.view(), options, answers);
  fmt::print("{}: {} answers of {} steps in {:.3f} s\n", network, options.count, options.steps,
             (processorSeconds() - sampling) / kTimes);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int steps = arguments.size() > 1 ? std::atoi(arguments[1].c_str()) : 10;
  const std::int64_t rows = arguments.size() > 2 ? std::atoi(arguments[2].c_str()) : 256;
  std::vector<std::pair<std::string, std::string>> given;
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    if (equals == std::string::npos) {
      fmt::print(stderr, "'{}' is no NAME=VALUE\n", arguments[i]);
      return 2;
    }
    given.emplace_back(arguments[i].substr(0, equals), arguments[i].substr(equals + 1));
  }
  std::vector<patchpilot::Setting> sizes;
  for (const auto& [name, value] : given) sizes.push_back({name.c_str(), value.c_str()});
  if (!arguments.empty()) measure(arguments[0], steps, rows, sizes);
  else
    for (const char* network : {"flow-mlp", "flow-sections", "flow-param2tok", "corrector-mlp",
                                "regression-mlp", "regression-cnn", "regression-ast"})
      measure(network, steps, rows, sizes);
  return 0;
}
