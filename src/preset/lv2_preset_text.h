#pragma once

#include "preset/lv2_preset.h"

#include <string>
#include <string_view>

namespace patchpilot {

/// The Turtle prefixes that presets are written with.
extern const std::string_view kLv2Prefixes;

/// @throws Error (input) for a URI or a symbol that is none, or a value that is not finite
void checkWritable(const Lv2Preset& preset);

/// `manifest.ttl` of a bundle that holds the preset in `preset.ttl`.
std::string lv2ManifestText(const Lv2Preset& preset);

/// The preset in Turtle, as `<>`. Values read back as the same floats.
std::string lv2PresetText(const Lv2Preset& preset);

}  // namespace patchpilot
