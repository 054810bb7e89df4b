#include "preset/preset_hash.h"

#include "base/byte_reader.h"
#include "base/error.h"
#include "preset/dialect.h"
#include "preset/fxp.h"
#include "preset/lv2_preset.h"
#include "preset/vstpreset.h"

#include <algorithm>
#include <cstring>

namespace patchpilot {

namespace {

std::string_view characters(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string vst3Hash(std::span<const std::uint8_t> bytes) {
  const VstPreset preset = parseVstPreset(bytes);
  if (const auto audible = dialectOfInnerState(preset.componentState).audibleContent(preset.componentState))
    return contentHash(*audible);
  std::string audible;
  appendPart(audible, preset.classId);
  audible += characters(preset.componentState);
  return contentHash(audible);
}

std::string fxpHash(std::span<const std::uint8_t> bytes) {
  const Fxp fxp = parseFxp(bytes);
  if (fxp.kind == Fxp::Kind::chunk)
    if (const auto audible = dialectOfSynth(fxp.fxId).audibleContent(fxp.chunk)) return contentHash(*audible);
  std::string audible;
  appendPart(audible, fxp.fxId);
  audible += characters(fxp.chunk);
  audible += std::string_view(reinterpret_cast<const char*>(fxp.parameters.data()),
                              fxp.parameters.size() * sizeof(float));
  return contentHash(audible);
}

void appendState(std::string& audible, std::vector<Lv2StateProperty> state) {
  std::sort(state.begin(), state.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  for (const auto& property : state) {
    appendPart(audible, property.key);
    // Blank nodes are named at will; what they hold counts.
    if (property.value.kind != TurtleNode::Kind::blank) appendPart(audible, property.value.text);
    appendState(audible, property.parts);
  }
}

std::string lv2Hash(std::span<const std::uint8_t> bytes) {
  const Lv2Preset preset = parseLv2State(std::string(characters(bytes)));
  std::string audible;
  appendPart(audible, preset.pluginUri);
  for (const auto& [symbol, value] : preset.ports) {
    appendPart(audible, symbol);
    appendPart(audible, fmt::format("{}", value));
  }
  appendState(audible, preset.state);
  return contentHash(audible);
}

}  // namespace

std::string presetHash(std::span<const std::uint8_t> bytes) {
  try {
    if (startsWith(bytes, "VST3")) return vst3Hash(bytes);
    if (startsWith(bytes, "CcnK")) return fxpHash(bytes);
    if (startsWith(bytes, "@prefix") || startsWith(bytes, "<")) return lv2Hash(bytes);
  } catch (const Error&) {
    // Not a preset after all: hash the bytes.
  }
  return contentHash(bytes);
}

}  // namespace patchpilot
