#pragma once

#include "base/places.h"
#include "test_support.h"

namespace patchpilot {

/// A small CLAP model of random weights where the published one is looked for, as embedder "clap", for as
/// long as it lives.
class ClapModel {
 public:
  /// Whether this program can run it.
  static bool canRun() { return !networksModule().empty(); }

  ClapModel() {
    std::filesystem::create_directories(folder());
    for (const char* name :
         {"config.json", "preprocessor_config.json", "model.safetensors", "vocab.json", "merges.txt"})
      std::filesystem::copy_file(
          std::filesystem::path(PATCHPILOT_SOURCE_DIR "/tests/networks/fixtures/clap") / name,
          folder() / name);
  }

  std::filesystem::path folder() const { return models_ / "clap-htsat-unfused"; }

 private:
  TemporaryFolder models_;
  ScopedVariable variable_{"PATCHPILOT_MODELS", models_.path().string()};
};

}  // namespace patchpilot
