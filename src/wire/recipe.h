#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace patchpilot {

/// One thing to set by hand.
struct RecipeSetting {
  std::string id;     ///< the plug-in's parameter; empty for a modulation routing or a wavetable
  std::string name;   ///< without what the section's title says: "Cutoff"
  std::string text;   ///< the value in words and units: "1.2 kHz"
  std::string usual;  ///< the same of the patch to start from; empty if `id` is
  float value = 0;    ///< normalized, of a parameter
};

/// A section of the synth's panel.
struct RecipeSection {
  std::string title;
  std::vector<RecipeSetting> settings;
};

/// A patch as a person would dial it in: what differs from the patch to start from, section by section.
struct Recipe {
  std::string synth;
  bool fromBasePreset = false;  ///< start from the base preset, not from the synth's initial patch
  std::vector<RecipeSection> sections;
  std::vector<std::string> withoutEffect;  ///< what differs as well, and does nothing here: "LFO 3 rate"
};

/// An object of `synth`, `from`, `sections` of `title` and `settings`, and `without_effect`.
nlohmann::json toJson(const Recipe& recipe);

}  // namespace patchpilot
