#include "wire/recipe.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

using nlohmann::json;

json toJson(const Recipe& recipe) {
  json sections = json::array();
  for (const auto& section : recipe.sections) {
    json settings = json::array();
    for (const auto& s : section.settings) {
      json entry = {{"name", s.name}, {"text", s.text}};
      if (!s.id.empty()) entry.update({{"id", s.id}, {"value", s.value}, {"usual", s.usual}});
      settings.push_back(std::move(entry));
    }
    sections.push_back({{"title", section.title}, {"settings", std::move(settings)}});
  }
  return {{"synth", recipe.synth},
          {"from", recipe.fromBasePreset ? "base preset" : "initial patch"},
          {"sections", std::move(sections)},
          {"without_effect", recipe.withoutEffect}};
}

}  // namespace patchpilot
