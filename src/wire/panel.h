#pragma once

#include "synth/parameter_space.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot {

/// A parameter of a patch as the page shows it: schema `Parameter` of docs/openapi.json.
struct PanelParameter {
  const ParameterSpec* spec = nullptr;
  float value = 0;   ///< normalized
  std::string text;  ///< as the synth displays the value
  bool hasEffect = true;
};

struct PanelSection {
  std::string title;
  std::vector<PanelParameter> parameters;
};

/// Schema `Parameters`.
nlohmann::json toJson(const std::vector<PanelSection>& panel);

/// What a client asks to play: schema `Play`. What is not given stays as it is.
struct PlayRequest {
  std::optional<int> note, velocity;
  std::optional<double> length, seconds;
  std::map<std::string, float> changes;  ///< normalized values by the keys of parameters
};

/// @param mostSeconds  limit of `length` and `seconds`. @throws Error (input) that names the field
PlayRequest playRequestFrom(const nlohmann::json& body, double mostSeconds);

/// Schema `Turned`. @throws Error (input)
std::map<std::string, float> changesFrom(const nlohmann::json& body);

}  // namespace patchpilot
