#include "synth/tuning.h"

#include "base/toml_reader.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

namespace {

/// How far a step or a choice may lie from a semitone and still be it.
constexpr double kTolerance = 0.2;

}  // namespace

std::vector<Tuning> tuningsOf(const ParameterSpace& space) {
  std::vector<Tuning> tunings;
  const toml::table table = toml::parse(space.toml, space.file);
  const auto* rows = table.get_as<toml::array>("tuning");
  if (rows == nullptr) return tunings;
  for (const auto& row : *rows) {
    if (!row.is_table()) continue;
    const TomlReader reader(*row.as_table(), space.file, "tuning");
    reader.allowOnly({"parameters", "semitones", "part"});
    Tuning tuning;
    for (const std::string& key : reader.strings("parameters")) {
      const auto parameter = space.find(key);
      if (!parameter) reader.fail("parameters", fmt::format("names no parameter: {}", key));
      tuning.parameters.push_back(*parameter);
    }
    if (tuning.parameters.empty()) reader.fail("parameters", "is missing, or empty");
    tuning.semitones = reader.required<double>("semitones");
    if (!(tuning.semitones > 0 && tuning.semitones <= 1200))
      reader.fail("semitones", fmt::format("is {}; it may be above 0 and up to 1200", tuning.semitones));
    tuning.part = reader.optional<bool>("part").value_or(false);
    tunings.push_back(std::move(tuning));
  }
  return tunings;
}

std::optional<float> tunedValue(const ParameterSpec& parameter, const Tuning& tuning, float value,
                                int semitones) {
  const float tuned = float(value + semitones / tuning.semitones);
  const auto tolerance = float(kTolerance / tuning.semitones);
  if (parameter.kind == ParameterKind::continuous) {
    if (tuned < parameter.min - tolerance || tuned > parameter.max + tolerance) return std::nullopt;
    return std::clamp(tuned, parameter.min, parameter.max);
  }
  const float nearest = parameter.nearest(tuned);
  return std::abs(nearest - tuned) <= tolerance ? std::optional(nearest) : std::nullopt;
}

}  // namespace patchpilot
