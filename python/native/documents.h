#pragma once

#include "listen/candidate.h"
#include "synth/engine.h"

#include <filesystem>
#include <string>
#include <vector>

namespace patchpilot::python {

/// `recipeOf` as text. @throws Error (plugin) if the plug-in fails
std::string recipeTextOf(Synth& synth, const Patch& patch, const std::string& title);

/// `writeResults` with its document, which names the objective, as text.
std::string writeResultsText(const std::filesystem::path& folder, const Target& target,
                             const std::string& objectiveName, const Objective& objective,
                             std::vector<Candidate>& chosen, const Engines& engines, int velocity);

}  // namespace patchpilot::python
