#include "preset/lv2_preset.h"

#include "base/error.h"
#include "base/files.h"

#include <algorithm>
#include <cctype>
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
constexpr std::string_view fileScheme = "file://";

constexpr std::uintmax_t maxFileBytes = 16u << 20;
constexpr std::uintmax_t maxBundleBytes = 64u << 20;
constexpr std::size_t maxPorts = 65536;
constexpr std::size_t maxStateProperties = 65536;
constexpr int maxStateDepth = 64;
/// The base of a state that a plug-in has handed over, which lies in no folder.
constexpr std::string_view placeOfState = "file:///state";

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

/// A path as a URI: every byte that RFC 3986 reserves is percent-encoded.
std::string fileUri(const fs::path& path) {
  std::string uri(fileScheme);
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || std::string_view("/-._~").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri;
}

/// The bundle as a URI that ends in a slash: what relative references are relative to.
std::string bundleUri(const fs::path& bundle) {
  fs::path folder = fs::absolute(bundle).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  return fileUri(folder) + "/";
}

bool isAllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Tells a number with a decimal comma from a list: `0,75` is Turtle for 0 and 75. Hosts whose C library
/// writes numbers in the user's language save such files; nothing writes a list of numbers without spaces.
class DecimalCommas {
 public:
  explicit DecimalCommas(const std::string& text) : text_(text) {}

  /// Whether two values of a list are the whole and the fraction of one number.
  bool join(const TurtleNode& whole, const TurtleNode& fraction) {
    if (whole.kind != TurtleNode::Kind::literal || fraction.kind != TurtleNode::Kind::literal) return false;
    const std::string_view integer = whole.text, rest = fraction.text;
    const bool hasSign = integer.starts_with('-') || integer.starts_with('+');
    if (!isAllDigits(integer.substr(hasSign ? 1 : 0)) ||
        !isAllDigits(rest.substr(0, rest.find_first_of("eE"))))
      return false;
    if (!searched_) search();
    return written_.contains(whole.text + "," + fraction.text);
  }

 private:
  /// Collects all that is written with a comma between digits.
  void search() {
    constexpr std::string_view kOfNumbers = "0123456789,+-eE";
    searched_ = true;
    for (auto comma = text_.find(','); comma != std::string::npos; comma = text_.find(',', comma + 1)) {
      const auto before = text_.find_last_not_of(kOfNumbers, comma);
      const auto begin = before == std::string::npos ? 0 : before + 1;
      const auto end = std::min(text_.find_first_not_of(kOfNumbers, comma), text_.size());
      if (end - begin <= kLongestNumber) written_.insert(text_.substr(begin, end - begin));
      comma = end - 1;
    }
  }

  static constexpr std::size_t kLongestNumber = 64;
  const std::string& text_;
  std::set<std::string> written_;
  bool searched_ = false;
};

/// Adds what a file of the bundle says. @return its size
std::uintmax_t readInto(Graph& graph, const fs::path& bundle, const std::string& file) {
  const auto path = bundle / file;
  const auto bytes = readFile(path, maxFileBytes);
  const std::string text(bytes.begin(), bytes.end());
  std::string lastSubject, lastPredicate;
  TurtleNode* last = nullptr;
  DecimalCommas commas(text);
  readTurtle(text, bundleUri(bundle) + file, path.string(),
             [&](const TurtleNode& subject, const std::string& predicate, const TurtleNode& object) {
               TurtleNode value = object;
               if (value.kind != TurtleNode::Kind::literal) value.text = key(value, file);
               const std::string owner = key(subject, file);
               const bool inList = owner == lastSubject && predicate == lastPredicate && last != nullptr;
               if (inList && commas.join(*last, value)) {
                 last->text += "." + value.text;
                 last = nullptr;  // a third value is no part of the number
                 return;
               }
               last = &graph[owner].properties.emplace(predicate, std::move(value))->second;
               lastSubject = owner;
               lastPredicate = predicate;
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

/// Whether a file of a bundle is the bundle's own: it is no link, or manifest and file are links into one
/// folder.
bool isOwnFile(const fs::path& file) {
  std::error_code error;
  if (fs::symlink_status(file, error).type() == fs::file_type::regular) return true;
  const fs::path manifest = fs::canonical(file.parent_path() / "manifest.ttl", error);
  if (error) return false;
  const fs::path target = fs::canonical(file, error);
  return !error && fs::is_regular_file(target, error) && manifest.filename() == "manifest.ttl" &&
         target.parent_path() == manifest.parent_path();
}

/// @throws Error (input) if a folder has no manifest
void requireBundle(const fs::path& folder) {
  if (!isOwnFile(folder / "manifest.ttl"))
    failInput("{} is no LV2 bundle: it has no manifest.ttl", folder.string());
}

/// The name of the file of the bundle that a reference leads to.
/// @throws Error (input) for every other place.
std::string fileInBundle(const fs::path& bundle, const std::string& uri) {
  const auto refuse = [&](const char* why) {
    failInput("{} points to {}, which is not followed: {}", bundle.string(), uri, why);
  };
  const std::string folder = bundleUri(bundle);
  if (!uri.starts_with(folder)) refuse("it lies outside the bundle");
  const auto name = percentDecoded(uri.substr(folder.size()));
  if (name.empty() || name == "." || name == ".." ||
      name.find_first_of(std::string("/\\\0", 3)) != std::string::npos)
    refuse("it is no plain file name");
  std::error_code error;
  const auto status = fs::symlink_status(bundle / name, error);
  if (status.type() == fs::file_type::not_found) refuse("there is no such file");
  if (!isOwnFile(bundle / name)) refuse("it is no regular file");
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

void readPort(const Description& port, Lv2Preset& preset, const std::string& where) {
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
          "decimal "
          "comma, write a point)",
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
std::vector<Lv2StateProperty> readState(const Graph& graph, const std::string& node, int depth,
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

Lv2Preset readPreset(const Graph& graph, const std::string& subject, const std::string& where,
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
  check(preset);
  StagedDirectory folder(bundle, replace);
  writeFileAtomically(folder.path() / "manifest.ttl", std::string_view(manifestText(preset)));
  writeFileAtomically(folder.path() / "preset.ttl", std::string_view(presetText(preset)));
  folder.commit();
}

std::vector<Lv2Preset> readLv2Presets(const fs::path& bundle, const std::string& pluginUri) {
  requireBundle(bundle);
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
  for (const auto& subject : subjects) presets.push_back(readPreset(graph, subject, bundle.string(), bundle));
  if (presets.empty())
    failInput("{} holds no LV2 preset{}{}", bundle.string(), pluginUri.empty() ? "" : " of ", pluginUri);
  return presets;
}

std::set<std::string> lv2PresetOwners(const fs::path& bundle) {
  requireBundle(bundle);
  Graph graph;
  readInto(graph, bundle, "manifest.ttl");
  std::set<std::string> owners;
  for (const auto& subject : presetsOf(graph, "")) owners.insert(graph.at(subject).first(lv2AppliesTo)->text);
  return owners;
}

Lv2Preset parseLv2State(const std::string& turtle) {
  const std::string where = "an LV2 plug-in's state";
  Graph graph;
  // lilv uses the common prefixes in a state without declaring them.
  readTurtle(
      std::string(prefixes) + turtle, std::string(placeOfState), where,
      [&](const TurtleNode& subject, const std::string& predicate, const TurtleNode& object) {
        graph[key(subject, where)].properties.emplace(
            predicate,
            TurtleNode{object.kind, object.kind == TurtleNode::Kind::blank ? key(object, where) : object.text,
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
    if (value.kind == TurtleNode::Kind::uri && value.text.starts_with(fileScheme))
      path = percentDecoded(value.text.substr(fileScheme.size()));
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
  if (text.find(fileScheme) == std::string_view::npos && text.find(atomPath) == std::string_view::npos &&
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
  check(preset);
  auto text = presetText(preset);
  // Hosts look a state up by its subject, which cannot be relative to a file where there is none.
  const auto subject = text.find("<>");
  return text.replace(subject, 2, "<" + preset.pluginUri + "/savedState>");
}

}  // namespace patchpilot
