#pragma once

#include "synth/synth.h"
#include "wire/recipe.h"

#include <string>
#include <vector>

namespace patchpilot {

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

}  // namespace patchpilot
