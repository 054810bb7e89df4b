#include "preset/lv2_preset_text.h"

#include "base/error.h"
#include "base/files.h"

#include <algorithm>
#include <cmath>

namespace patchpilot {

const std::string_view kLv2Prefixes =
    "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
    "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
    "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n";

namespace {

bool isSymbol(std::string_view text) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && isLetter(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return isLetter(c) || isDigit(c); });
}

/// A Turtle number that reads back as the same float. It always has a point: a bare `1` would be an integer.
std::string number(float value) {
  auto text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

void checkState(const std::vector<Lv2StateProperty>& state) {
  const auto check = [](const std::string& uri) {
    if (!isPlainUri(uri)) failInput("cannot write an LV2 preset: '{}' in its state is no URI", uri);
  };
  for (const auto& property : state) {
    check(property.key);
    if (property.value.kind == TurtleNode::Kind::uri) check(property.value.text);
    if (!property.value.datatype.empty()) check(property.value.datatype);
    checkState(property.parts);
  }
}

/// A bank is known by its URI: presets that share it are shown together.
std::string bankNode(const Lv2Preset& preset) {
  return fmt::format("<urn:patchpilot:bank:{}>", contentHash(preset.pluginUri + " " + preset.bank));
}

std::string structureText(const std::vector<Lv2StateProperty>& parts);

std::string valueText(const Lv2StateProperty& property) {
  const TurtleNode& value = property.value;
  if (value.kind == TurtleNode::Kind::blank) return structureText(property.parts);
  if (value.kind == TurtleNode::Kind::uri) return fmt::format("<{}>", value.text);
  const std::string quoted = fmt::format("\"{}\"", escapeTurtle(value.text));
  return value.datatype.empty() ? quoted : fmt::format("{}^^<{}>", quoted, value.datatype);
}

std::string structureText(const std::vector<Lv2StateProperty>& parts) {
  std::string text = "[";
  const char* separator = " ";
  for (const auto& part : parts) {
    text += fmt::format("{}<{}> {}", separator, part.key, valueText(part));
    separator = " ;\n\t\t";
  }
  return text + " ]";
}

}  // namespace

void checkWritable(const Lv2Preset& preset) {
  if (!isPlainUri(preset.pluginUri))
    failInput("cannot write an LV2 preset: '{}' is no URI", preset.pluginUri);
  for (const auto& [symbol, value] : preset.ports) {
    if (!isSymbol(symbol)) failInput("cannot write an LV2 preset: '{}' is no port symbol", symbol);
    if (!std::isfinite(value))
      failInput("cannot write an LV2 preset: the value of '{}' is {}", symbol, value);
  }
  checkState(preset.state);
}

std::string lv2ManifestText(const Lv2Preset& preset) {
  return fmt::format(
      "{}<preset.ttl>\n\ta pset:Preset ;\n\tlv2:appliesTo <{}> ;\n\trdfs:label \"{}\" ;\n"
      "\trdfs:seeAlso <preset.ttl> .\n",
      kLv2Prefixes, preset.pluginUri, escapeTurtle(preset.label));
}

std::string lv2PresetText(const Lv2Preset& preset) {
  auto text = fmt::format("{}<>\n\ta pset:Preset ;\n\tlv2:appliesTo <{}> ;\n\trdfs:label \"{}\"",
                          kLv2Prefixes, preset.pluginUri, escapeTurtle(preset.label));
  if (!preset.comment.empty()) text += fmt::format(" ;\n\trdfs:comment \"{}\"", escapeTurtle(preset.comment));
  if (!preset.author.empty())
    text += fmt::format(" ;\n\tdcterms:creator \"{}\"", escapeTurtle(preset.author));
  if (!preset.bank.empty()) text += " ;\n\tpset:bank " + bankNode(preset);
  const char* separator = " ;\n\tlv2:port ";
  for (const auto& [symbol, value] : preset.ports) {
    text +=
        fmt::format("{}[\n\t\tlv2:symbol \"{}\" ;\n\t\tpset:value {}\n\t]", separator, symbol, number(value));
    separator = " , ";
  }
  if (!preset.state.empty()) text += " ;\n\tstate:state " + structureText(preset.state);
  text += " .\n";
  if (!preset.bank.empty())
    text += fmt::format("\n{}\n\ta pset:Bank ;\n\trdfs:label \"{}\" .\n", bankNode(preset),
                        escapeTurtle(preset.bank));
  return text;
}

}  // namespace patchpilot
