#include "preset/preset_hash.h"

#include "base/error.h"
#include "preset/fxp.h"
#include "preset/lv2_preset.h"
#include "preset/surge_patch.h"
#include "preset/vstpreset.h"
#include "preset/xml_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace patchpilot {

namespace {

/// Elements of a Surge patch that say nothing of its sound.
constexpr std::array<std::string_view, 5> kSilentElements = {"meta", "tags", "lfobanklabels", "dawExtraState",
                                                             "tempoOnSave"};
constexpr std::array<std::string_view, 2> kSilentAttributes = {"label", "wavetable_display_name"};

template <typename List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool startsWith(std::span<const std::uint8_t> bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

void appendPart(std::string& text, std::string_view part) {
  text += part;
  text += '\0';
}

std::string_view characters(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The XML with what is not heard left out, and every tag in one spelling.
std::string heardXml(std::string_view xml) {
  std::string heard;
  for (std::size_t from = 0; const auto tag = nextTag(xml, from);) {
    from = tag->end;
    if (contains(kSilentElements, tag->name)) {
      const auto close = tag->selfClosing || tag->closing ? std::nullopt : findClosing(xml, *tag, xml.size());
      if (close) from = close->end;
      continue;
    }
    auto attributes = tag->closing ? std::vector<XmlAttribute>() : tagAttributes(xml, *tag);
    std::sort(attributes.begin(), attributes.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    appendPart(heard, tag->closing ? "/" : tag->selfClosing ? "." : "<");
    appendPart(heard, tag->name);
    for (const auto& attribute : attributes) {
      if (contains(kSilentAttributes, attribute.name)) continue;
      appendPart(heard, attribute.name);
      appendPart(heard, attribute.value);
    }
  }
  return heard;
}

std::string surgeHash(const SurgePatch& patch) {
  std::string heard = heardXml(patch.xml);
  for (const auto size : patch.wavetableBytes) heard += std::to_string(size) + " ";
  const auto bytes =
      std::accumulate(patch.wavetableBytes.begin(), patch.wavetableBytes.end(), std::size_t(0));
  heard += characters(std::span(patch.tail).first(std::min(bytes, patch.tail.size())));
  return contentHash(heard);
}

std::string vst3Hash(std::span<const std::uint8_t> bytes) {
  const VstPreset preset = parseVstPreset(bytes);
  if (startsWith(preset.componentState, "sub3")) return surgeHash(parseSurgePatch(preset.componentState));
  std::string heard;
  appendPart(heard, preset.classId);
  heard += characters(preset.componentState);
  return contentHash(heard);
}

std::string fxpHash(std::span<const std::uint8_t> bytes) {
  const Fxp fxp = parseFxp(bytes);
  if (fxp.fxId == surgeFxId && fxp.kind == Fxp::Kind::chunk) return surgeHash(parseSurgePatch(fxp.chunk));
  std::string heard;
  appendPart(heard, fxp.fxId);
  heard += characters(fxp.chunk);
  heard += std::string_view(reinterpret_cast<const char*>(fxp.parameters.data()),
                            fxp.parameters.size() * sizeof(float));
  return contentHash(heard);
}

void appendState(std::string& heard, std::vector<Lv2StateProperty> state) {
  std::sort(state.begin(), state.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  for (const auto& property : state) {
    appendPart(heard, property.key);
    // Blank nodes are named at will; what they hold counts.
    if (property.value.kind != TurtleNode::Kind::blank) appendPart(heard, property.value.text);
    appendState(heard, property.parts);
  }
}

std::string lv2Hash(std::span<const std::uint8_t> bytes) {
  const Lv2Preset preset = parseLv2State(std::string(characters(bytes)));
  std::string heard;
  appendPart(heard, preset.pluginUri);
  for (const auto& [symbol, value] : preset.ports) {
    appendPart(heard, symbol);
    appendPart(heard, fmt::format("{}", value));
  }
  appendState(heard, preset.state);
  return contentHash(heard);
}

}  // namespace

std::string presetHash(std::span<const std::uint8_t> bytes) {
  try {
    if (startsWith(bytes, "VST3")) return vst3Hash(bytes);
    if (startsWith(bytes, "CcnK")) return fxpHash(bytes);
    if (startsWith(bytes, "@prefix") || startsWith(bytes, "<")) return lv2Hash(bytes);
  } catch (const Error&) {
    // It is no preset after all: then its bytes are all that is known of it.
  }
  return contentHash(bytes);
}

}  // namespace patchpilot
