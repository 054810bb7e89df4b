// Runs a harness without libFuzzer: every seed as it is, then changed copies of the seeds, the same ones
// every time. Usage: replay_FORMAT COUNT SEED... ; a folder stands for the files in it.
#include "../preset/random_damage.h"
#include "base/files.h"
#include "fuzz.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

int main(int count, char** arguments) {
  namespace fs = std::filesystem;
  using namespace patchpilot;
  if (count < 3) return std::fprintf(stderr, "usage: %s COUNT SEED...\n", arguments[0]), 2;
  std::vector<fs::path> files;
  for (int i = 2; i < count; ++i) {
    if (!fs::is_directory(arguments[i])) files.emplace_back(arguments[i]);
    else
      for (const auto& entry : fs::recursive_directory_iterator(arguments[i]))
        if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Bytes> seeds;
  for (const auto& file : files) seeds.push_back(readFile(file));
  if (seeds.empty()) return std::fprintf(stderr, "no seeds\n"), 2;
  for (const Bytes& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
  Random random(1);
  const long changed = std::atol(arguments[1]);
  for (long i = 0; i < changed; ++i) {
    const Bytes input = damaged(seeds[std::size_t(random.below(seeds.size()))], random);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu seeds and %ld changed copies of them\n", seeds.size(), changed);
}
