#include "preset/surge/session_state.h"

#include "preset/xml_text.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace patchpilot {

namespace {

constexpr std::string_view kElement = "dawExtraState";

/// A setting in `<dawExtraState>`, as `<name v="value" />`.
struct Setting {
  std::string_view name;
  std::string_view neutral;   ///< value in a new instance
  std::string_view contents;  ///< element that holds the text that a value other than 0 refers to
};

constexpr std::array<Setting, 7> kSettings = {{
    {"mpeEnabled", "0", ""},
    {"mpeTimbreIsUnipolar", "0", ""},
    {"mpePitchBendRange", "48", ""},
    {"monoPedalMode", "0", ""},
    {"hasTuning", "0", "tuningContents"},
    {"hasMapping", "0", "mappingContents"},
    {"mapChannelToOctave", "0", ""},
}};

/// The first revision in whose patches Surge expects `<tempoOnSave>`; without it, it crashes.
constexpr int kRevisionWithTempo = 23;

struct Element {
  XmlTag open;
  std::size_t end = 0;         ///< of the whole element
  std::size_t contentEnd = 0;  ///< where its closing tag begins; 0 if there is none
};

/// The first element of that name. Most of a patch's text is its parameters: it is searched for as text.
std::optional<Element> elementIn(std::string_view xml, std::string_view name) {
  const std::string start = fmt::format("<{}", name);
  for (auto at = xml.find(start); at != std::string_view::npos; at = xml.find(start, at + 1)) {
    const auto tag = nextTag(xml, at);
    if (!tag || tag->begin != at || tag->name != name) continue;
    const auto close = tag->selfClosing ? std::nullopt : findClosing(xml, *tag, xml.size());
    return close ? Element{*tag, close->end, close->begin} : Element{*tag, tag->end, 0};
  }
  return std::nullopt;
}

std::string attributeOf(std::string_view xml, const XmlTag& tag, std::string_view name) {
  const auto value = findAttribute(xml, tag, name);
  return value ? unescapeXml(xml.substr(value->begin, value->end - value->begin)) : "";
}

bool isPopulated(std::string_view xml, const Element& element) {
  const std::string populated = attributeOf(xml, element.open, "populated");
  return element.contentEnd > 0 && !populated.empty() && populated != "0";
}

std::optional<XmlTag> tagInside(std::string_view xml, const Element& element, std::string_view name) {
  return findTag(xml, name, element.open.end, element.contentEnd);
}

/// The value of a setting; the neutral one if it is missing, or refers to a text that is.
std::string valueOf(std::string_view xml, const Element& element, const Setting& setting) {
  const auto tag = tagInside(xml, element, setting.name);
  std::string value = tag ? attributeOf(xml, *tag, "v") : "";
  const bool lacksText = !setting.contents.empty() && !tagInside(xml, element, setting.contents);
  return value.empty() || lacksText ? std::string(setting.neutral) : value;
}

std::string settingText(const Setting& setting) {
  return fmt::format("<{} v=\"{}\" />", setting.name, setting.neutral);
}

std::string neutralElement() {
  std::string text = fmt::format("<{} populated=\"1\">", kElement);
  for (const Setting& setting : kSettings) text += settingText(setting);
  return fmt::format("{}</{}>", text, kElement);
}

/// Adds the settings that a populated element lacks. One that refers to a missing text is made neutral.
void completeSettings(std::string& xml) {
  for (const Setting& setting : kSettings) {
    const auto element = elementIn(xml, kElement);
    if (!element || element->contentEnd == 0) return;
    const auto tag = tagInside(xml, *element, setting.name);
    const std::string value = valueOf(xml, *element, setting);
    if (!tag) xml.insert(element->contentEnd, settingText(setting));
    else if (attributeOf(xml, *tag, "v") != value) setAttribute(xml, *tag, "v", value);
  }
}

void completeSessionState(std::string& xml) {
  const auto element = elementIn(xml, kElement);
  if (element && isPopulated(xml, *element)) return completeSettings(xml);
  if (element) xml.replace(element->open.begin, element->end - element->open.begin, neutralElement());
  else xml.insert(xml.rfind("</patch>"), neutralElement());
}

void completeWheel(std::string& xml) {
  if (!elementIn(xml, "modwheel")) xml.insert(xml.rfind("</patch>"), "<modwheel />");
  for (const char* scene : {"s0", "s1"}) {
    const auto wheel = elementIn(xml, "modwheel");
    if (wheel && !findAttribute(xml, wheel->open, scene)) setAttribute(xml, wheel->open, scene, "0");
  }
}

}  // namespace

void completeSurgePatch(SurgePatch& patch) {
  std::string& xml = patch.xml;
  if (xml.rfind("</patch>") == std::string::npos) return;
  completeSessionState(xml);
  completeWheel(xml);
  const auto add = [&](std::string_view name, std::string_view text) {
    if (!elementIn(xml, name)) xml.insert(xml.rfind("</patch>"), text);
  };
  // Empty, it has Surge set the voice modes to their defaults, before what old revisions had instead.
  add("nonparamconfig", "<nonparamconfig />");
  if (surgeRevision(patch) >= kRevisionWithTempo) add("tempoOnSave", "<tempoOnSave v=\"120\" />");
}

std::string audibleSessionState(std::string_view xml) {
  const auto element = elementIn(xml, kElement);
  if (!element || !isPopulated(xml, *element)) return "";
  const bool mpe = valueOf(xml, *element, kSettings.front()) != "0";
  std::string audible;
  for (const Setting& setting : kSettings) {
    const std::string value = valueOf(xml, *element, setting);
    // The other settings of MPE do nothing while it is off.
    if (value == setting.neutral || (!mpe && setting.name.starts_with("mpe"))) continue;
    audible += fmt::format("{} {}\n", setting.name, value);
    if (!setting.contents.empty())
      audible += attributeOf(xml, *tagInside(xml, *element, setting.contents), "v") + "\n";
  }
  return audible;
}

}  // namespace patchpilot
