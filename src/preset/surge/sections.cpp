#include "preset/surge/sections.h"

#include "base/error.h"
#include "preset/xml_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <unordered_map>

namespace patchpilot {

namespace {

constexpr std::size_t kOscillators = 3;  ///< of a scene

/// Whose names begin with these; scene parameters without their `a_` or `b_`.
struct SectionNames {
  SurgeSection section;
  std::string_view name;
  std::vector<std::string_view> scenePrefixes;
  std::vector<std::string_view> globalPrefixes;
};

const std::vector<SectionNames>& sectionNames() {
  static const std::vector<SectionNames> names = {
      {SurgeSection::oscillators,
       "oscillators",
       {"osc1_", "osc2_", "osc3_", "level_", "mute_", "solo_", "route_", "fm_switch", "fm_depth", "drift",
        "noisecol", "octave", "pitch"},
       {}},
      {SurgeSection::filters,
       "filters",
       {"filter1_", "filter2_", "f2_cf_is_offset", "f2_link_resonance", "fb_config", "feedback", "f_balance",
        "lowcut", "ws_type", "ws_drive"},
       {}},
      {SurgeSection::envelopes, "envelopes", {"env1_", "env2_", "vca_velsense"}, {}},
      {SurgeSection::modulation, "modulation", {"lfo"}, {}},
      {SurgeSection::effects, "effects", {"send_fx_"}, {"fx", "volume_FX"}},
  };
  return names;
}

/// 0 for scene A's, 1 for scene B's, -1 for a parameter of the whole patch.
int sceneOf(std::string_view element) {
  return element.starts_with("a_") ? 0 : element.starts_with("b_") ? 1 : -1;
}

/// One child of an element, as text: `<name attributes>content</name>`.
struct Node {
  std::string name;
  std::string attributes;
  std::string content;
};

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What lies between the first tag `name` and its end; nothing where there is no such element with content.
std::optional<Range> contentOf(std::string_view xml, std::string_view name) {
  const auto open = findTag(xml, name, 0, xml.size());
  if (!open || open->selfClosing) return std::nullopt;
  const auto close = findClosing(xml, *open, xml.size());
  if (!close) return std::nullopt;
  return Range{open->end, close->begin};
}

/// Where the whole element lies, from its `<` on; nothing where it is not there or has no end.
std::optional<Range> elementRange(std::string_view xml, std::string_view name) {
  const auto open = findTag(xml, name, 0, xml.size());
  if (!open) return std::nullopt;
  if (open->selfClosing) return Range{open->begin, open->end};
  const auto close = findClosing(xml, *open, xml.size());
  if (!close) return std::nullopt;
  return Range{open->begin, close->end};
}

std::vector<Node> childrenOf(std::string_view xml, Range range) {
  std::vector<Node> nodes;
  std::size_t from = range.begin;
  while (const auto tag = nextTag(xml, from)) {
    if (tag->begin >= range.end) break;
    from = tag->end;
    if (tag->closing) continue;
    const std::size_t textBegin = tag->begin + 1 + tag->name.size();
    Node node{std::string(tag->name),
              std::string(xml.substr(textBegin, tag->end - (tag->selfClosing ? 2 : 1) - textBegin)),
              {}};
    while (!node.attributes.empty() && node.attributes.back() == ' ') node.attributes.pop_back();
    if (!tag->selfClosing) {
      const auto close = findClosing(xml, *tag, range.end);
      if (!close) break;
      node.content = xml.substr(tag->end, close->begin - tag->end);
      from = close->end;
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::string textOf(const std::vector<Node>& nodes) {
  std::string text;
  for (const Node& node : nodes) {
    text += "<" + node.name + node.attributes;
    text += node.content.empty() ? " />" : ">" + node.content + "</" + node.name + ">";
  }
  return text;
}

/// A number in an attribute of a node; -1 where it is not there.
int attributeOf(const Node& node, std::string_view name) {
  const std::string text = "<x" + node.attributes + ">";
  const auto value = findAttribute(text, *nextTag(text, 0), name);
  int number = -1;
  if (value) std::from_chars(text.data() + value->begin, text.data() + value->end, number);
  return number;
}

void setSceneOf(Node& node, std::string_view attribute, int scene) {
  std::string text = "<x" + node.attributes + ">";
  setAttribute(text, *nextTag(text, 0), attribute, std::to_string(scene));
  node.attributes = text.substr(2, text.size() - 3);
}

int wholeValue(const SurgePatch& patch, const std::string& element) {
  const auto text = surgeValue(patch, element);
  return text ? std::atoi(text->c_str()) : 0;
}

/// For each scene of the patch that is changed, the scene of the other whose section it takes; -1 for none.
std::array<int, 2> sceneMap(const SurgePatch& into, const SurgePatch& from) {
  const bool fromBoth = wholeValue(from, "scenemode") != 0;
  const int fromActive = wholeValue(from, "scene_active") == 1 ? 1 : 0;
  if (wholeValue(into, "scenemode") != 0)
    return fromBoth ? std::array{0, 1} : std::array{fromActive, fromActive};
  const int active = wholeValue(into, "scene_active") == 1 ? 1 : 0;
  std::array<int, 2> map = {-1, -1};
  map[std::size_t(active)] = fromBoth ? active : fromActive;
  return map;
}

std::string routingsOf(const Node& node) {
  std::string text;
  const std::vector<Node> routings = childrenOf(node.content, {0, node.content.size()});
  for (const Node& routing : routings)
    if (routing.name == "modrouting") text += textOf({routing});
  return text;
}

/// `<parameters>` with the section's values, or for the modulation its values and all routings.
void crossParameters(SurgePatch& into, const SurgePatch& from, SurgeSection section,
                     const std::array<int, 2>& scenes) {
  const auto intoRange = contentOf(into.xml, "parameters"), fromRange = contentOf(from.xml, "parameters");
  if (!intoRange || !fromRange) failInput("the Surge patch has no <parameters> in its XML");
  std::vector<Node> nodes = childrenOf(into.xml, *intoRange);
  const std::vector<Node> others = childrenOf(from.xml, *fromRange);
  std::unordered_map<std::string_view, const Node*> byName;
  for (const Node& other : others) byName.emplace(other.name, &other);
  for (Node& node : nodes) {
    const int scene = sceneOf(node.name);
    if (scene >= 0 && scenes[std::size_t(scene)] < 0) continue;
    std::string name = node.name;
    if (scene >= 0) name[0] = char('a' + scenes[std::size_t(scene)]);
    const auto other = byName.find(name);
    if (other == byName.end()) continue;
    if (sectionOfSurgeElement(node.name) == section) node.attributes = other->second->attributes;
    if (section == SurgeSection::modulation) node.content = routingsOf(*other->second);
  }
  into.xml.replace(intoRange->begin, intoRange->end - intoRange->begin, textOf(nodes));
}

/// A list of things of which each says in `scene` whose it is: those of the scenes that change are replaced.
void crossSceneList(SurgePatch& into, const SurgePatch& from, const std::string& list,
                    const std::array<int, 2>& scenes) {
  const auto intoRange = elementRange(into.xml, list);
  if (!intoRange) return;
  const auto ownRange = contentOf(into.xml, list), fromRange = contentOf(from.xml, list);
  const std::vector<Node> own = ownRange ? childrenOf(into.xml, *ownRange) : std::vector<Node>();
  const std::vector<Node> others = fromRange ? childrenOf(from.xml, *fromRange) : std::vector<Node>();
  std::vector<Node> result;
  for (const Node& node : own)
    if (const int scene = attributeOf(node, "scene"); scene < 0 || scene > 1) result.push_back(node);
  for (int scene = 0; scene < 2; ++scene) {
    const int taken = scenes[std::size_t(scene)];
    for (Node node : taken < 0 ? own : others) {
      if (attributeOf(node, "scene") != (taken < 0 ? scene : taken)) continue;
      setSceneOf(node, "scene", scene);
      if (const auto at = node.name.find("_sc"); at != std::string::npos && at + 3 < node.name.size())
        node.name[at + 3] = char('0' + scene);
      result.push_back(std::move(node));
    }
  }
  const std::string text =
      result.empty() ? "<" + list + " />" : "<" + list + ">" + textOf(result) + "</" + list + ">";
  into.xml.replace(intoRange->begin, intoRange->end - intoRange->begin, text);
}

/// An element of the whole patch, as it is in the other.
void crossElement(SurgePatch& into, const SurgePatch& from, const std::string& name) {
  const auto intoRange = elementRange(into.xml, name), fromRange = elementRange(from.xml, name);
  if (!intoRange || !fromRange) return;
  into.xml.replace(intoRange->begin, intoRange->end - intoRange->begin,
                   from.xml.substr(fromRange->begin, fromRange->end - fromRange->begin));
}

std::span<const std::uint8_t> wavetable(const SurgePatch& patch, std::size_t index) {
  const auto begin = std::accumulate(patch.wavetableBytes.begin(),
                                     patch.wavetableBytes.begin() + std::ptrdiff_t(index), std::size_t(0));
  return std::span(patch.tail).subspan(begin, patch.wavetableBytes[index]);
}

void crossWavetables(SurgePatch& into, const SurgePatch& from, const std::array<int, 2>& scenes) {
  const auto sizes = into.wavetableBytes;
  Bytes tail;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const int scene = scenes[i / kOscillators];
    const std::size_t other = std::size_t(std::max(0, scene)) * kOscillators + i % kOscillators;
    const auto table = scene < 0 ? wavetable(into, i) : wavetable(from, other);
    tail.insert(tail.end(), table.begin(), table.end());
  }
  const auto all = std::accumulate(sizes.begin(), sizes.end(), std::size_t(0));
  tail.insert(tail.end(), into.tail.begin() + std::ptrdiff_t(all), into.tail.end());
  for (std::size_t i = 0; i < sizes.size(); ++i)
    if (const int scene = scenes[i / kOscillators]; scene >= 0)
      into.wavetableBytes[i] = from.wavetableBytes[std::size_t(scene) * kOscillators + i % kOscillators];
  into.tail = std::move(tail);
}

std::string revisionOf(const SurgePatch& patch) {
  const auto tag = findTag(patch.xml, "patch", 0, patch.xml.size());
  const auto value = tag ? findAttribute(patch.xml, *tag, "revision") : std::nullopt;
  return value ? patch.xml.substr(value->begin, value->end - value->begin) : std::string();
}

}  // namespace

std::optional<SurgeSection> surgeSection(std::string_view name) {
  for (const auto& names : sectionNames())
    if (names.name == name) return names.section;
  return std::nullopt;
}

std::optional<SurgeSection> sectionOfSurgeElement(std::string_view element) {
  const bool global = sceneOf(element) < 0;
  const auto name = global ? element : element.substr(2);
  for (const auto& names : sectionNames())
    for (const auto prefix : global ? names.globalPrefixes : names.scenePrefixes)
      if (name.starts_with(prefix)) return names.section;
  return std::nullopt;
}

SurgePatch crossSurgePatches(const SurgePatch& into, const SurgePatch& from, SurgeSection section) {
  if (revisionOf(into) != revisionOf(from))
    failInput("patches of revision {} and {} cannot be crossed; have Surge save both", revisionOf(into),
              revisionOf(from));
  SurgePatch crossed = into;
  const auto scenes = sceneMap(into, from);
  crossParameters(crossed, from, section, scenes);
  if (section == SurgeSection::oscillators) {
    crossSceneList(crossed, from, "extraoscdata", scenes);
    crossWavetables(crossed, from, scenes);
  } else if (section == SurgeSection::modulation) {
    for (const char* list : {"stepsequences", "msegs", "formulae", "extralfo"})
      crossSceneList(crossed, from, list, scenes);
    for (const char* whole : {"customcontroller", "modwheel"}) crossElement(crossed, from, whole);
  }
  return crossed;
}

}  // namespace patchpilot
