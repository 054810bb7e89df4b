#include "preset/lv2_preset.h"

#include "base/error.h"
#include "base/files.h"

#include <algorithm>
#include <charconv>
#include <cmath>
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

constexpr std::uintmax_t maxFileBytes = 16u << 20;
constexpr std::uintmax_t maxBundleBytes = 64u << 20;
constexpr std::size_t maxPorts = 65536;
constexpr std::size_t maxStateProperties = 65536;
constexpr int maxStateDepth = 64;
/// Stands for the folder, so that a reference out of it shows.
constexpr std::string_view placeOfBundle = "file:///bundle/";

// --- writing ---

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

constexpr std::string_view prefixes =
    "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
    "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
    "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n";

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

void check(const Lv2Preset& preset) {
  if (!isPlainUri(preset.pluginUri))
    failInput("cannot write an LV2 preset: '{}' is no URI", preset.pluginUri);
  for (const auto& [symbol, value] : preset.ports) {
    if (!isSymbol(symbol)) failInput("cannot write an LV2 preset: '{}' is no port symbol", symbol);
    if (!std::isfinite(value))
      failInput("cannot write an LV2 preset: the value of '{}' is {}", symbol, value);
  }
  checkState(preset.state);
}

/// A bank is known by its URI: presets that share it are shown together.
std::string bankNode(const Lv2Preset& preset) {
  return fmt::format("<urn:patchpilot:bank:{}>", contentHash(preset.pluginUri + " " + preset.bank));
}

std::string manifestText(const Lv2Preset& preset) {
  return fmt::format(
      "{}<preset.ttl>\n\ta pset:Preset ;\n\tlv2:appliesTo <{}> ;\n\trdfs:label \"{}\" ;\n"
      "\trdfs:seeAlso <preset.ttl> .\n",
      prefixes, preset.pluginUri, escapeTurtle(preset.label));
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

std::string presetText(const Lv2Preset& preset) {
  auto text = fmt::format("{}<>\n\ta pset:Preset ;\n\tlv2:appliesTo <{}> ;\n\trdfs:label \"{}\"", prefixes,
                          preset.pluginUri, escapeTurtle(preset.label));
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

// --- reading ---

/// What is known of one subject. A subject may have several values for one predicate.
struct Description {
  std::multimap<std::string, TurtleNode> properties;

  const TurtleNode* first(std::string_view predicate) const {
    const auto found = properties.find(std::string(predicate));
    return found == properties.end() ? nullptr : &found->second;
  }
};

using Graph = std::map<std::string, Description>;

/// Blank nodes are known by a name within their file only.
std::string key(const TurtleNode& node, const std::string& file) {
  return node.kind == TurtleNode::Kind::blank ? "_:" + file + "#" + node.text : node.text;
}

/// Adds what a file of the bundle says. @return its size
std::uintmax_t readInto(Graph& graph, const fs::path& bundle, const std::string& file) {
  const auto path = bundle / file;
  const auto bytes = readFile(path, maxFileBytes);
  const std::string text(bytes.begin(), bytes.end());
  readTurtle(text, std::string(placeOfBundle) + file, path.string(),
             [&](const TurtleNode& subject, const std::string& predicate, const TurtleNode& object) {
               TurtleNode value = object;
               if (value.kind != TurtleNode::Kind::literal) value.text = key(value, file);
               graph[key(subject, file)].properties.emplace(predicate, std::move(value));
             });
  return bytes.size();
}

/// `%41` and its like as the characters they stand for.
std::string percentDecoded(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const auto* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
      plain += char(code);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// The name of the file of the bundle that a reference leads to.
/// @throws Error (input) for every other place.
std::string fileInBundle(const fs::path& bundle, const std::string& uri) {
  const auto refuse = [&](const char* why) {
    failInput("{} points to {}, which is not followed: {}", bundle.string(), uri, why);
  };
  if (!uri.starts_with(placeOfBundle)) refuse("it lies outside the bundle");
  const auto name = percentDecoded(uri.substr(placeOfBundle.size()));
  if (name.empty() || name == "." || name == ".." ||
      name.find_first_of(std::string("/\\\0", 3)) != std::string::npos)
    refuse("it is no plain file name");
  std::error_code error;
  const auto status = fs::symlink_status(bundle / name, error);
  if (status.type() == fs::file_type::not_found) refuse("there is no such file");
  if (status.type() != fs::file_type::regular) refuse("it is no regular file");
  return name;
}

bool isPreset(const Description& description) {
  const auto [begin, end] = description.properties.equal_range(std::string(rdfType));
  return std::any_of(begin, end, [](const auto& entry) { return entry.second.text == psetPreset; });
}

std::vector<std::string> presetsOf(const Graph& graph, const std::string& pluginUri) {
  std::vector<std::string> found;
  for (const auto& [subject, description] : graph) {
    const auto* plugin = description.first(lv2AppliesTo);
    if (isPreset(description) && plugin && (pluginUri.empty() || plugin->text == pluginUri))
      found.push_back(subject);
  }
  return found;
}

void readPort(const Description& port, Lv2Preset& preset, const std::string& where) {
  const auto* symbol = port.first(lv2Symbol);
  const auto* value = port.first(psetValue);
  if (!symbol || !value) return;  // a port may be described without being given a value
  // A port of a type other than float may have a value that is no number: not for a control port.
  const auto text = std::string_view(value->text).substr(value->text.starts_with('+') ? 1 : 0);
  float number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool tiny = error == std::errc::result_out_of_range && text.find("e-") != std::string_view::npos;
  if (!tiny && (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)))
    failInput("{}: the value '{}' of port '{}' is no number", where, value->text.substr(0, 40), symbol->text);
  if (preset.ports.size() >= maxPorts) failInput("{}: more than {} ports", where, maxPorts);
  preset.ports[symbol->text] = tiny ? 0.0f : number;
}

/// What a blank node says: the state itself, or a structure within it.
/// @param left how many properties may still come; a structure that holds itself would have no end
std::vector<Lv2StateProperty> readState(const Graph& graph, const std::string& node, int depth,
                                        std::size_t& left, const std::string& where) {
  std::vector<Lv2StateProperty> state;
  const auto found = graph.find(node);
  if (found == graph.end()) return state;
  if (depth > maxStateDepth) failInput("{}: its state is nested deeper than {} levels", where, maxStateDepth);
  for (const auto& [key, value] : found->second.properties) {
    if (left-- == 0) failInput("{}: more than {} properties of state", where, maxStateProperties);
    state.push_back({key, value, {}});
    if (value.kind == TurtleNode::Kind::blank)
      state.back().parts = readState(graph, value.text, depth + 1, left, where);
  }
  return state;
}

Lv2Preset readPreset(const Graph& graph, const std::string& subject, const std::string& where) {
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
    preset.state = readState(graph, state->text, 0, left, where);
  return preset;
}

}  // namespace

void writeLv2Preset(const fs::path& bundle, const Lv2Preset& preset, bool replace) {
  check(preset);
  StagedDirectory folder(bundle, replace);
  writeFileAtomically(folder.path() / "manifest.ttl", std::string_view(manifestText(preset)));
  writeFileAtomically(folder.path() / "preset.ttl", std::string_view(presetText(preset)));
  folder.commit();
}

std::vector<Lv2Preset> readLv2Presets(const fs::path& bundle, const std::string& pluginUri) {
  std::error_code error;
  if (fs::symlink_status(bundle / "manifest.ttl", error).type() != fs::file_type::regular)
    failInput("{} is no LV2 bundle: it has no manifest.ttl", bundle.string());
  Graph graph;
  readInto(graph, bundle, "manifest.ttl");
  const auto subjects = presetsOf(graph, pluginUri);
  std::set<std::string> files;
  for (const auto& subject : subjects) {
    const auto [begin, end] = graph[subject].properties.equal_range(std::string(rdfsSeeAlso));
    for (auto entry = begin; entry != end; ++entry) files.insert(fileInBundle(bundle, entry->second.text));
  }
  files.erase("manifest.ttl");
  std::uintmax_t total = 0;
  for (const auto& file : files)
    if (total += readInto(graph, bundle, file); total > maxBundleBytes)
      failInput("{} holds more than {} MB of presets", bundle.string(), maxBundleBytes >> 20);
  std::vector<Lv2Preset> presets;
  for (const auto& subject : subjects) presets.push_back(readPreset(graph, subject, bundle.string()));
  if (presets.empty())
    failInput("{} holds no LV2 preset{}{}", bundle.string(), pluginUri.empty() ? "" : " of ", pluginUri);
  return presets;
}

Lv2Preset parseLv2State(const std::string& turtle) {
  const std::string where = "an LV2 plug-in's state";
  Graph graph;
  // lilv uses the common prefixes in a state without declaring them.
  readTurtle(
      std::string(prefixes) + turtle, std::string(placeOfBundle) + "state", where,
      [&](const TurtleNode& subject, const std::string& predicate, const TurtleNode& object) {
        graph[key(subject, where)].properties.emplace(
            predicate,
            TurtleNode{object.kind, object.kind == TurtleNode::Kind::blank ? key(object, where) : object.text,
                       object.datatype});
      });
  const auto subjects = presetsOf(graph, "");
  if (subjects.empty()) failInput("{} holds no preset", where);
  return readPreset(graph, subjects.front(), where);
}

std::string lv2StateText(const Lv2Preset& preset) {
  check(preset);
  auto text = presetText(preset);
  // Hosts look a state up by its subject, which cannot be relative to a file where there is none.
  const auto subject = text.find("<>");
  return text.replace(subject, 2, "<" + preset.pluginUri + "/savedState>");
}

}  // namespace patchpilot
