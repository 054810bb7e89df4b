// Driven by tools/embedders/openl3_reference.py, which sets it beside the official implementation.
//   bench_openl3 layers  WEIGHTS SOUND OUT        writes OUT/LAYER.f32 of every layer
//   bench_openl3 vectors WEIGHTS SOUND OUT SIZE   writes OUT/vectors.f32
//   bench_openl3 time    WEIGHTS SOUND OUT        prints the processor time of one sound
// SOUND is raw float32 at 48 kHz, one channel.
#include "base/error.h"
#include "networks/openl3.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>

namespace patchpilot {
namespace {

std::vector<float> readFloats(const std::string& file) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) failInput("{} cannot be read", file);
  std::vector<float> values(std::size_t(stream.tellg()) / sizeof(float));
  stream.seekg(0);
  stream.read(reinterpret_cast<char*>(values.data()), std::streamsize(values.size() * sizeof(float)));
  return values;
}

void writeFloats(const std::string& file, const float* values, std::size_t count) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(values), std::streamsize(count * sizeof(float)));
}

void writeLayers(const OpenL3& network, std::span<const float> sound, const std::string& folder) {
  const OpenL3FrontEnd frontEnd;
  const std::size_t count = OpenL3FrontEnd::frames(sound.size()),
                    size = OpenL3FrontEnd::kBands * OpenL3FrontEnd::kColumns;
  std::vector<float> spectrograms(count * size);
  for (std::size_t i = 0; i < count; ++i)
    frontEnd.spectrogram(sound, i, std::span(spectrograms).subspan(i * size, size));
  writeFloats(folder + "/spectrogram.f32", spectrograms.data(), spectrograms.size());
  const auto in = at::from_blob(
      spectrograms.data(),
      {std::int64_t(count), 1, std::int64_t(OpenL3FrontEnd::kBands), std::int64_t(OpenL3FrontEnd::kColumns)});
  network.forward(in, [&](const std::string& layer, const at::Tensor& out) {
    const at::Tensor whole = out.contiguous();
    writeFloats(folder + "/" + layer + ".f32", whole.data_ptr<float>(), std::size_t(whole.numel()));
  });
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 4) failUsage("give layers, vectors or time, and WEIGHTS SOUND OUT");
  at::set_num_threads(1);
  const std::string &job = arguments[0], &folder = arguments[3];
  const OpenL3 network(arguments[1], job == "vectors" ? std::stoi(arguments.at(4)) : 512);
  const std::vector<float> sound = readFloats(arguments[2]);
  double seconds = 0;
  if (job == "layers") writeLayers(network, sound, folder);
  if (job == "vectors") {
    const auto vectors = network.frames(sound);
    writeFloats(folder + "/vectors.f32", vectors.data(), vectors.size());
  }
  if (job == "time") {
    network.frames(std::span(sound).first(OpenL3FrontEnd::kSamples));
    const std::clock_t begin = std::clock();
    network.frames(sound);
    seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
  }
  std::printf("{\"seconds\": %f}\n", seconds);
  return 0;
}

}  // namespace
}  // namespace patchpilot

int main(int count, char** arguments) { return patchpilot::run({arguments + 1, arguments + count}); }
