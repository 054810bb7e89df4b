// CLAP for tools/embedders/clap.py, which runs the official implementation beside it.
//
//   bench_clap FOLDER
//
// FOLDER is a model as published. It reads a line at a time, its words parted by tabs, and answers each with
// a line:
//   sound FILE OUT   every layer for raw samples (32-bit float, at the model's rate), into OUT/LAYER.f32;
//   answers "ok" time FILE        processor seconds of the front end, and of the audio tower text FILE OUT
//   every layer for a text; answers its tokens
#include "networks/byte_pair_tokenizer.h"
#include "networks/clap_front_end.h"
#include "networks/clap_text.h"
#include "networks/inference.h"

#include "base/files.h"

#include <ATen/Parallel.h>
#include <fmt/ranges.h>

#include <cstring>
#include <ctime>
#include <iostream>
#include <sstream>

using namespace patchpilot;
namespace fs = std::filesystem;

namespace {

std::vector<float> readSamples(const fs::path& file) {
  const Bytes bytes = readFile(file);
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
  return samples;
}

void write(const fs::path& out, const std::string& name, const float* values, std::size_t count) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values);
  writeFileAtomically(out / (name + ".f32"), std::span(bytes, count * sizeof(float)));
}

LayerListener writeInto(const fs::path& out) {
  return [out](const std::string& name, const at::Tensor& x) {
    write(out, name, x.contiguous().data_ptr<float>(), std::size_t(x.numel()));
  };
}

double processorSeconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  at::set_num_threads(1);
  const Inference inference;
  const fs::path folder = argv[1];
  Safetensors file(folder / "model.safetensors");
  const ClapConfig config = readClapConfig(folder / "config.json");
  const ClapAudioTower audio(config, file);
  const ClapTextTower text(config, file);
  const ClapFrontEnd frontEnd(readClapHearing(folder / "preprocessor_config.json"));
  const BytePairTokenizer tokenizer(folder);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string task, path, out;
    std::getline(words, task, '\t');
    std::getline(words, path, '\t');
    std::getline(words, out, '\t');
    if (task == "sound") {
      const LayerListener listener = writeInto(out);
      const Spectrogram mel = frontEnd(readSamples(path));
      write(out, "mel", mel.values.data(), mel.values.size());
      listener("embedding", audio.embed(mel, listener));
      listener("style", audio.style(mel));
      std::cout << "ok" << std::endl;
    } else if (task == "time") {
      const std::vector<float> samples = readSamples(path);
      const double begin = processorSeconds();
      const Spectrogram mel = frontEnd(samples);
      const double between = processorSeconds();
      audio.embed(mel);
      std::cout << between - begin << " " << processorSeconds() - between << std::endl;
    } else if (task == "text") {
      const LayerListener listener = writeInto(out);
      const std::vector<std::int64_t> tokens = tokenizer(readTextFile(path));
      listener("embedding", text.embed(tokens, listener));
      std::cout << fmt::format("{}", fmt::join(tokens, " ")) << std::endl;
    }
  }
}
