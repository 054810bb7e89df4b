#include "wire/panel.h"

#include "wire/fields.h"

#include <algorithm>

namespace patchpilot {

using nlohmann::json;

namespace {

const char* nameOf(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::continuous: return "continuous";
    case ParameterKind::stepped: return "stepped";
    case ParameterKind::categorical: return "choice";
  }
  return "";
}

/// The values that have words.
json choicesOf(const ParameterSpec& spec) {
  json choices = json::array();
  for (const Choice& choice : spec.choices)
    choices.push_back({{"text", choice.label}, {"value", choice.value}});
  const auto last = float(std::max<std::size_t>(1, spec.labels.size() - 1));
  for (std::size_t i = 0; i < spec.labels.size(); ++i)
    choices.push_back(
        {{"text", spec.labels[i]}, {"value", spec.min + (spec.max - spec.min) * float(i) / last}});
  return choices;
}

json toJson(const PanelParameter& parameter) {
  const ParameterSpec& spec = *parameter.spec;
  json object = {
      {"key", spec.key}, {"name", spec.name}, {"value", parameter.value},  {"text", parameter.text},
      {"min", spec.min}, {"max", spec.max},   {"kind", nameOf(spec.kind)}, {"effect", parameter.hasEffect}};
  if (json choices = choicesOf(spec); !choices.empty()) object["choices"] = std::move(choices);
  return object;
}

}  // namespace

json toJson(const std::vector<PanelSection>& panel) {
  json sections = json::array();
  for (const PanelSection& section : panel) {
    json parameters = json::array();
    for (const PanelParameter& parameter : section.parameters) parameters.push_back(toJson(parameter));
    sections.push_back({{"name", section.title}, {"parameters", std::move(parameters)}});
  }
  return {{"sections", std::move(sections)}};
}

PlayRequest playRequestFrom(const json& body, double mostSeconds) {
  Fields fields(body);
  PlayRequest request;
  request.note = asInt(fields.whole("note", 0, 127));
  request.velocity = asInt(fields.whole("velocity", 1, 127));
  request.length = fields.number("length", 0.001, mostSeconds);
  request.seconds = fields.number("seconds", 0.05, mostSeconds);
  request.changes = fields.values("changes");
  fields.end();
  return request;
}

std::map<std::string, float> changesFrom(const json& body) {
  Fields fields(body);
  auto changes = fields.values("changes");
  fields.end();
  return changes;
}

}  // namespace patchpilot
