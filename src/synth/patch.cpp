#include "synth/patch.h"

#include <cmath>
#include <limits>

namespace patchpilot {

FlatPatch flat(const Patch& patch) {
  if (!patch.isPreset()) return {patch.values(), {}};
  FlatPatch flat{{}, patch.preset().state};
  for (const auto& value : patch.preset().moved)
    flat.values.push_back(value.value_or(std::numeric_limits<float>::quiet_NaN()));
  return flat;
}

Patch patchOf(FlatPatch flat, std::string source) {
  if (flat.state.empty()) return {SpacePoint{std::move(flat.values)}, std::move(source)};
  PresetState preset{std::move(flat.state), {}};
  for (const float value : flat.values)
    preset.moved.push_back(std::isnan(value) ? std::nullopt : std::optional<float>(value));
  return {std::move(preset), std::move(source)};
}

}  // namespace patchpilot
