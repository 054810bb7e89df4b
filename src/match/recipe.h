#pragma once

#include "synth/synth.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace patchpilot {

/// One thing to set by hand.
struct RecipeSetting {
  std::string id;     ///< the plug-in's parameter; empty for a modulation routing or a wavetable
  std::string name;   ///< without what the section's title says: "Cutoff"
  std::string text;   ///< the value in words and units: "1.2 kHz"
  std::string usual;  ///< the same of what one starts from; empty where `id` is
  float value = 0;    ///< normalized, of a parameter
};

/// A section of the synth's panel.
struct RecipeSection {
  std::string title;
  std::vector<RecipeSetting> settings;
};

/// A patch as a person would dial it in: what differs from where one starts, section by section.
struct Recipe {
  std::string synth;
  bool fromBasePreset = false;  ///< one starts from the base preset, not from the synth's initial patch
  std::vector<RecipeSection> sections;
  std::vector<std::string> withoutEffect;  ///< what differs as well, and does nothing here: "LFO 3 rate"
};

/// Takes out of the sections what does nothing to the patch's sound, so that nobody turns it in vain.
/// @param ids  of the plug-in's parameters
void setAside(Recipe& recipe, const std::vector<std::string>& ids);

/// The same. @param parameters  indices into the space's
void setAside(Recipe& recipe, const ParameterSpace& space, const std::vector<std::size_t>& parameters);

/// Where a section of this title comes in a recipe: the smaller, the earlier.
int recipeOrder(const std::string& title);

/// Describes a patch by all of the plug-in's parameters and, if the synth's dialect can read them in its
/// state, its wavetables and modulation routings. Names and texts are the space's where it has some, except
/// that a VST3 speaks for itself of a preset's whole state, which may hold what the space does not know.
/// Oscillators come first, then the mixer, filters, envelopes, modulation, effects, and what is left. What
/// the space says is silent
/// (`ParameterSpace::silent`) is set aside, except where a VST3 speaks for itself.
/// @throws Error (plugin) where the plug-in fails.
Recipe recipeOf(Synth& synth, const Patch& patch);

/// The recipe as text, one paragraph a section, in lines of at most 100 characters where words allow.
/// @param title  first line, such as the preset's name
std::string recipeText(const Recipe& recipe, const std::string& title);

/// The same for programs: `synth`, `from`, `sections` of `title` and `settings`, and `without_effect`.
nlohmann::json recipeJson(const Recipe& recipe);

}  // namespace patchpilot
