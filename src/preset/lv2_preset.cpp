#include "preset/lv2_preset.h"

#include "base/error.h"
#include "base/files.h"
#include "preset/lv2_bundle.h"
#include "preset/lv2_preset_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view rdfType = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
constexpr std::string_view rdfsLabel = "http://www.w3.org/2000/01/rdf-schema#label";
constexpr std::string_view rdfsComment = "http://www.w3.org/2000/01/rdf-schema#comment";
constexpr std::string_view rdfsSeeAlso = "http://www.w3.org/2000/01/rdf-schema#seeAlso";
constexpr std::string_view lv2AppliesTo = "http://lv2plug.in/ns/lv2core#appliesTo";
constexpr std::string_view lv2Port = "http://lv2plug.in/ns/lv2core#port";
constexpr std::string_view lv2Symbol = "http://lv2plug.in/ns/lv2core#symbol";
constexpr std::string_view psetPreset = "http://lv2plug.in/ns/ext/presets#Preset";
constexpr std::string_view psetValue = "http://lv2plug.in/ns/ext/presets#value";
constexpr std::string_view psetBank = "http://lv2plug.in/ns/ext/presets#bank";
constexpr std::string_view dctermsCreator = "http://purl.org/dc/terms/creator";
constexpr std::string_view stateState = "http://lv2plug.in/ns/ext/state#state";
constexpr std::string_view atomPath = "http://lv2plug.in/ns/ext/atom#Path";

constexpr std::uintmax_t maxBundleBytes = 64u << 20;
constexpr std::size_t maxPorts = 65536;
constexpr std::size_t maxStateProperties = 65536;
constexpr int maxStateDepth = 64;
/// The base of a state that a plug-in has handed over, which lies in no folder.
constexpr std::string_view placeOfState = "file:///state";

bool isPreset(const RdfDescription& description) {
  const auto [begin, end] = description.properties.equal_range(std::string(rdfType));
  return std::any_of(begin, end, [](const auto& entry) { return entry.second.text == psetPreset; });
}

std::vector<std::string> presetsOf(const RdfGraph& graph, const std::string& pluginUri) {
  std::vector<std::string> found;
  for (const auto& [subject, description] : graph) {
    const auto* plugin = description.first(lv2AppliesTo);
    if (isPreset(description) && plugin && (pluginUri.empty() || plugin->text == pluginUri))
      found.push_back(subject);
  }
  return found;
}

/// The number that a port's value says, which may have a decimal comma; nothing if it says none.
std::optional<float> numberIn(std::string text) {
  if (text == "true" || text == "false") return text == "true" ? 1.0f : 0.0f;
  if (text.starts_with('+')) text.erase(0, 1);
  if (const auto comma = text.find(','); comma != std::string::npos && text.find('.') == std::string::npos)
    text[comma] = '.';
  float number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range && text.find("e-") != std::string::npos) return 0.0f;
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

void readPort(const RdfDescription& port, Lv2Preset& preset, const std::string& where) {
  const auto* symbol = port.first(lv2Symbol);
  const auto [begin, end] = port.properties.equal_range(std::string(psetValue));
  if (!symbol) return;  // a port may be described without being given a value
  for (auto entry = begin; entry != end; ++entry) {
    // A port of a type other than float may have a value that is no number: not for a control port.
    const std::string& text = entry->second.text;
    const auto number = numberIn(text);
    if (!number)
      failInput("{}: the value '{}' of port '{}' is no number", where, text.substr(0, 40), symbol->text);
    if (preset.ports.size() >= maxPorts) failInput("{}: more than {} ports", where, maxPorts);
    const auto [given, isFirst] = preset.ports.emplace(symbol->text, *number);
    if (!isFirst && given->second != *number)
      failInput(
          "{}: port '{}' is given two values, {} and {}; keep the right one (if it is one number with a "
          "decimal comma, write a point)",
          where, symbol->text, given->second, *number);
  }
}

/// A path in a state as an absolute one; other values as they are.
TurtleNode withAbsolutePath(TurtleNode value, const fs::path& bundle) {
  if (value.datatype == atomPath && !value.text.empty() && fs::path(value.text).is_relative())
    value.text = (fs::absolute(bundle) / value.text).lexically_normal().string();
  return value;
}

/// What a blank node says: the state itself, or a structure within it.
/// @param left how many properties may still come; a structure that holds itself would have no end
/// @param bundle  what paths are relative to; empty for a state that lies nowhere
std::vector<Lv2StateProperty> readState(const RdfGraph& graph, const std::string& node, int depth,
                                        std::size_t& left, const std::string& where, const fs::path& bundle) {
  std::vector<Lv2StateProperty> state;
  const auto found = graph.find(node);
  if (found == graph.end()) return state;
  if (depth > maxStateDepth) failInput("{}: its state is nested deeper than {} levels", where, maxStateDepth);
  for (const auto& [key, value] : found->second.properties) {
    if (left-- == 0) failInput("{}: more than {} properties of state", where, maxStateProperties);
    const bool again = !state.empty() && state.back().key == key && key != rdfType;
    if (again && state.back().value == value) continue;
    if (again && value.kind == TurtleNode::Kind::literal)
      failInput("{}: its state gives {} two values, '{}' and '{}'; keep the right one", where, key,
                state.back().value.text.substr(0, 40), value.text.substr(0, 40));
    state.push_back({key, bundle.empty() ? value : withAbsolutePath(value, bundle), {}});
    if (value.kind == TurtleNode::Kind::blank)
      state.back().parts = readState(graph, value.text, depth + 1, left, where, bundle);
  }
  return state;
}

Lv2Preset readPreset(const RdfGraph& graph, const std::string& subject, const std::string& where,
                     const fs::path& bundle) {
  const auto& description = graph.at(subject);
  Lv2Preset preset;
  preset.uri = subject;
  preset.pluginUri = description.first(lv2AppliesTo)->text;
  if (const auto* label = description.first(rdfsLabel)) preset.label = label->text;
  if (const auto* comment = description.first(rdfsComment)) preset.comment = comment->text;
  if (const auto* author = description.first(dctermsCreator);
      author && author->kind == TurtleNode::Kind::literal)
    preset.author = author->text;
  if (const auto* bank = description.first(psetBank))
    if (const auto found = graph.find(bank->text); found != graph.end())
      if (const auto* label = found->second.first(rdfsLabel)) preset.bank = label->text;
  const auto [begin, end] = description.properties.equal_range(std::string(lv2Port));
  for (auto entry = begin; entry != end; ++entry)
    if (const auto port = graph.find(entry->second.text); port != graph.end())
      readPort(port->second, preset, where);
  std::size_t left = maxStateProperties;
  if (const auto* state = description.first(stateState))
    preset.state = readState(graph, state->text, 0, left, where, bundle);
  return preset;
}

}  // namespace

void writeLv2Preset(const fs::path& bundle, const Lv2Preset& preset, bool replace) {
  checkWritable(preset);
  StagedDirectory folder(bundle, replace);
  writeFileAtomically(folder.path() / "manifest.ttl", std::string_view(lv2ManifestText(preset)));
  writeFileAtomically(folder.path() / "preset.ttl", std::string_view(lv2PresetText(preset)));
  folder.commit();
}

std::vector<Lv2Preset> readLv2Presets(const fs::path& bundle, const std::string& pluginUri) {
  requireLv2Bundle(bundle);
  RdfGraph graph;
  readLv2File(graph, bundle, "manifest.ttl");
  const auto subjects = presetsOf(graph, pluginUri);
  std::set<std::string> files;
  for (const auto& subject : subjects) {
    const auto [begin, end] = graph[subject].properties.equal_range(std::string(rdfsSeeAlso));
    for (auto entry = begin; entry != end; ++entry) files.insert(fileInLv2Bundle(bundle, entry->second.text));
  }
  files.erase("manifest.ttl");
  std::uintmax_t total = 0;
  for (const auto& file : files)
    if (total += readLv2File(graph, bundle, file); total > maxBundleBytes)
      failInput("{} holds more than {} MB of presets", bundle.string(), maxBundleBytes >> 20);
  std::vector<Lv2Preset> presets;
  for (const auto& subject : subjects) presets.push_back(readPreset(graph, subject, bundle.string(), bundle));
  if (presets.empty())
    failInput("{} holds no LV2 preset{}{}", bundle.string(), pluginUri.empty() ? "" : " of ", pluginUri);
  return presets;
}

std::set<std::string> lv2PresetOwners(const fs::path& bundle) {
  requireLv2Bundle(bundle);
  RdfGraph graph;
  readLv2File(graph, bundle, "manifest.ttl");
  std::set<std::string> owners;
  for (const auto& subject : presetsOf(graph, "")) owners.insert(graph.at(subject).first(lv2AppliesTo)->text);
  return owners;
}

Lv2Preset parseLv2State(const std::string& turtle) {
  const std::string where = "an LV2 plug-in's state";
  RdfGraph graph;
  // lilv uses the common prefixes in a state without declaring them.
  readTurtle(std::string(kLv2Prefixes) + turtle, std::string(placeOfState), where,
             [&](const TurtleNode& subject, const std::string& predicate, const TurtleNode& object) {
               graph[nodeKey(subject, where)].properties.emplace(
                   predicate,
                   TurtleNode{object.kind,
                              object.kind == TurtleNode::Kind::blank ? nodeKey(object, where) : object.text,
                              object.datatype});
             });
  const auto subjects = presetsOf(graph, "");
  if (subjects.empty()) failInput("{} holds no preset", where);
  return readPreset(graph, subjects.front(), where, {});
}

namespace {

void collectMissingFiles(const std::vector<Lv2StateProperty>& state, std::vector<std::string>& missing) {
  for (const Lv2StateProperty& property : state) {
    const TurtleNode& value = property.value;
    std::string path;
    if (value.kind == TurtleNode::Kind::uri && value.text.starts_with(kFileScheme))
      path = percentDecoded(value.text.substr(kFileScheme.size()));
    else if (value.datatype == atomPath) path = value.text;
    std::error_code error;
    if (!path.empty() && !fs::exists(path, error)) missing.push_back(path);
    collectMissingFiles(property.parts, missing);
  }
}

}  // namespace

std::vector<std::string> missingFiles(std::span<const std::uint8_t> state) {
  std::vector<std::string> missing;
  const std::string_view text(reinterpret_cast<const char*>(state.data()), state.size());
  if (text.find(kFileScheme) == std::string_view::npos && text.find(atomPath) == std::string_view::npos &&
      text.find("atom:Path") == std::string_view::npos)
    return missing;
  try {
    collectMissingFiles(parseLv2State(std::string(text)).state, missing);
  } catch (const Error&) {
    // The state of another format, or one that its reader says more of.
  }
  return missing;
}

std::string lv2StateText(const Lv2Preset& preset) {
  checkWritable(preset);
  auto text = lv2PresetText(preset);
  // Hosts look a state up by its subject, which cannot be relative to a file where there is none.
  const auto subject = text.find("<>");
  return text.replace(subject, 2, "<" + preset.pluginUri + "/savedState>");
}

}  // namespace patchpilot
