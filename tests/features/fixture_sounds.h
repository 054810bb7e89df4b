#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

#include "audio/buffer.h"

namespace patchpilot {

/// What librosa 0.10, dtw-python and NumPy made of sounds that are formulas: `mss.json` or `metrics.json`,
/// written by tools/metrics/make_fixtures.py.
inline nlohmann::json readFixture(const std::string& file) {
  return nlohmann::json::parse(std::ifstream(PATCHPILOT_SOURCE_DIR "/tests/features/fixtures/" + file));
}

/// A decaying sine plus noise of a linear congruential generator, in double, rounded to float; zeros from
/// frame `end` on; all of it `begin` frames later, after zeros.
inline void fillChannel(std::span<float> out, const nlohmann::json& formula) {
  const double hz = formula.value("hz", 0.0), amplitude = formula.value("amplitude", 0.0);
  const double halfLife = formula.value("half_life_s", 1.0), noise = formula.value("noise", 0.0);
  auto state = formula.value("seed", std::uint32_t{0});
  const std::size_t begin = formula.value("begin", std::size_t{0});
  out = out.subspan(begin);
  const std::size_t end = std::min(out.size(), formula.value("end", out.size()));
  for (std::size_t i = 0; i < end; ++i) {
    state = state * 1664525u + 1013904223u;
    const double t = double(i) / kSampleRateHz;
    const double tone = amplitude * std::exp2(-t / halfLife) * std::sin(2 * std::numbers::pi * hz * t);
    out[i] = static_cast<float>(tone + noise * (double(state) / 4294967296.0 - 0.5));
  }
}

inline AudioBuffer fixtureSound(const nlohmann::json& fixture, const std::string& name) {
  const nlohmann::json& formula = fixture.at("sounds").at(name);
  AudioBuffer result(2, formula.at("frames").get<std::size_t>());
  fillChannel(result.channel(0), formula.at("left"));
  fillChannel(result.channel(1), formula.at("right"));
  return result;
}

}  // namespace patchpilot
