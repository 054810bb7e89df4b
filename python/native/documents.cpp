#include "documents.h"

#include "match/recipe.h"
#include "match/results.h"
#include "wire/json_codec.h"

namespace patchpilot::python {

std::string recipeTextOf(Synth& synth, const Patch& patch, const std::string& title) {
  return recipeText(recipeOf(synth, patch), title);
}

std::string writeResultsText(const std::filesystem::path& folder, const Target& target,
                             const std::string& objectiveName, const Objective& objective,
                             std::vector<Candidate>& chosen, const Engines& engines, int velocity) {
  return jsonText(
      toJson(writeResults(folder, target, objective, chosen, engines, velocity, {objectiveName, {}})));
}

}  // namespace patchpilot::python
