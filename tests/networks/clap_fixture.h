#pragma once

#include "models/safetensors.h"
#include "test_support.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

/// A small CLAP model, and what transformers makes of it: written by tools/embedders/clap.py.
inline const std::filesystem::path kClapFolder = PATCHPILOT_SOURCE_DIR "/tests/networks/fixtures/clap";

/// What transformers gives, by "SOUND/LAYER".
inline std::vector<float> expected(const std::string& name) {
  static Safetensors file(kClapFolder / "expected.safetensors");
  const auto& shape = file.tensors().at(name).shape;
  std::size_t count = 1;
  for (const std::int64_t one : shape) count *= std::size_t(one);
  std::vector<float> values(count);
  file.read(name, shape, values);
  return values;
}

/// Within 1e-4 of the largest value.
inline void expectNear(const std::string& name, const float* values, std::size_t count) {
  const std::vector<float> wanted = expected(name);
  ASSERT_EQ(count, wanted.size()) << name;
  double largest = 0, worst = 0;
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_TRUE(std::isfinite(values[i])) << name;
    largest = std::max(largest, double(std::abs(wanted[i])));
    worst = std::max(worst, double(std::abs(values[i] - wanted[i])));
  }
  EXPECT_LE(worst, 1e-4 * largest) << name;
}

inline const std::vector<std::string> kClapSounds = {"short",  "half", "most",  "whole",
                                                     "longer", "pure", "click", "silence"};

}  // namespace patchpilot
