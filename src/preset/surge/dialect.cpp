#include "preset/surge/dialect.h"

#include "preset/surge/folders.h"
#include "preset/surge/identity.h"
#include "preset/surge/patch.h"
#include "preset/surge/routing_words.h"
#include "preset/surge/sections.h"
#include "preset/surge/session_state.h"
#include "preset/vstpreset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

using Fields = std::map<std::string, std::string>;

std::string textIn(const Fields& fields, const char* key) {
  const auto it = fields.find(key);
  return it == fields.end() ? std::string() : it->second;
}

double numberIn(const Fields& fields, const char* key) {
  return std::strtod(textIn(fields, key).c_str(), nullptr);
}

SurgeRouting routingOf(const Fields& fields) {
  SurgeRouting routing;
  routing.element = textIn(fields, "element");
  routing.source = int(numberIn(fields, "source"));
  routing.depth = numberIn(fields, "depth");
  routing.sourceIndex = int(numberIn(fields, "source_index"));
  routing.muted = numberIn(fields, "muted") != 0;
  if (fields.contains("source_scene")) routing.sourceScene = int(numberIn(fields, "source_scene"));
  return routing;
}

SurgeRawValue rawValueOf(const Fields& fields) {
  SurgeRawValue raw{textIn(fields, "element"), {}};
  for (const auto& [key, value] : fields)
    if (key != "element") raw.attributes.emplace_back(key, value);
  return raw;
}

SurgePatch patchIn(const Bytes& state) { return parseSurgePatch(parseVstPreset(state).componentState); }

Bytes withPatch(const Bytes& state, const SurgePatch& patch) {
  VstPreset preset = parseVstPreset(state);
  preset.componentState = applySurgeBase(serializeSurgePatch(patch), {}, {});
  return serializeVstPreset(preset);
}

void addIfThere(std::vector<fs::path>& found, const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) found.push_back(folder);
}

bool ofSceneB(std::string_view element) { return element.starts_with("b_"); }

/// Surge plays its second scene only in some scene modes, or if it is the active one.
bool playsSceneB(const std::vector<ParameterReading>& readings) {
  const auto called = [&](std::string_view name) {
    return std::find_if(readings.begin(), readings.end(), [&](const auto& r) { return r.name == name; });
  };
  const auto mode = called("Scene Mode"), active = called("Active Scene");
  return mode == readings.end() || mode->text != "Single" ||
         (active != readings.end() && active->value > 0.5f);
}

class SurgeDialect : public Dialect {
 public:
  std::optional<std::string> audibleContent(std::span<const std::uint8_t> innerState) const override {
    return surgeAudibleContent(parseSurgePatch(innerState));
  }

  PresetLabel label(std::span<const std::uint8_t> innerState) const override {
    const SurgeMeta meta = surgeMeta(parseSurgePatch(innerState));
    return {meta.name.value_or(""), meta.category.value_or(""), meta.author.value_or(""),
            meta.comment.value_or("")};
  }

  Bytes withLabel(const Bytes& state, const PresetLabel& label) const override {
    SurgePatch patch = patchIn(state);
    setSurgeMeta(patch, {label.name, label.category, label.author, label.comment});
    return withPatch(state, patch);
  }

  Bytes componentState(const Bytes& chunk) const override {
    Fxp fxp;
    fxp.fxId = surgeFxId;
    fxp.chunk = chunk;
    return surgeComponentState(fxp);
  }

  std::optional<Bytes> baseState(const std::string& classId, const StateContent& content) const override {
    std::vector<SurgeRouting> routings;
    std::vector<SurgeRawValue> values;
    for (const auto& fields : content.modulations) routings.push_back(routingOf(fields));
    for (const auto& fields : content.raw) values.push_back(rawValueOf(fields));
    VstPreset preset;
    preset.classId = classId;
    preset.componentState = applySurgeBase({}, routings, values);
    return serializeVstPreset(preset);
  }

  std::optional<Bytes> withPart(const Bytes& into, const Bytes& from, std::string_view part) const override {
    const auto section = surgeSection(part);
    if (!section) return std::nullopt;
    return withPatch(into, crossSurgePatches(patchIn(into), patchIn(from), *section));
  }

  Bytes complete(const Bytes& state) const override {
    SurgePatch patch = patchIn(state);
    completeSurgePatch(patch);
    return withPatch(state, patch);
  }

  bool hasRevisions() const override { return true; }

  int revision(const Bytes& state) const override { return surgeRevision(patchIn(state)); }

  std::vector<std::size_t> pieceEnds(std::span<const std::uint8_t> innerState) const override {
    return surgePieceEnds(innerState);
  }

  /// Surge takes the first data folder that exists, even one without presets.
  std::optional<PresetFolders> factoryFolders(const fs::path& plugin) const override {
    PresetFolders folders{surgeDataFolders(plugin), {}};
    std::error_code error;
    const auto data = std::find_if(folders.searched.begin(), folders.searched.end(),
                                   [&](const fs::path& place) { return fs::is_directory(place, error); });
    if (data == folders.searched.end()) return folders;
    addIfThere(folders.found, *data / "patches_factory");
    addIfThere(folders.found, *data / "patches_3rdparty");
    return folders;
  }

  std::optional<fs::path> userFolder(const std::string& extension) const override {
    return extension == ".fxp" ? surgeUserFolder() / "Patches" / "Patch Pilot" : fs::path();
  }

  bool isSilent(const ParameterReading& parameter,
                const std::vector<ParameterReading>& patch) const override {
    return parameter.name.starts_with("B ") && !playsSceneB(patch);
  }

  StateWords words(PatchInPlugin& patch) const override {
    const SurgePatch saved = patchIn(patch.stateWith({}));
    const bool sceneB = playsSceneB(patch.readings());
    return {wavetables(saved, sceneB ? 2 : 1), routings(patch, saved, sceneB)};
  }

 private:
  static std::vector<ContentWords> wavetables(const SurgePatch& patch, int scenes) {
    std::vector<ContentWords> words;
    for (int scene = 0; scene < scenes; ++scene)
      for (int oscillator = 0; oscillator < 3; ++oscillator)
        if (const std::string name = surgeWavetableName(patch, scene, oscillator); !name.empty())
          words.push_back({fmt::format("{} Osc {} Wavetable", scene == 0 ? "A" : "B", oscillator + 1), name});
    return words;
  }

  static std::vector<RoutingWords> routings(PatchInPlugin& patch, const SurgePatch& saved, bool sceneB) {
    const SurgeRoutingWords describer(patch, saved);
    std::vector<RoutingWords> all;
    for (const auto& routing : surgeRoutings(saved)) {
      const bool ofB = ofSceneB(routing.element);
      auto words = describer.words(routing);
      if (!words || words->source.empty() || (ofB && !sceneB)) continue;
      if (ofB) words->destination = "Scene B " + words->destination;
      all.push_back(*words);
    }
    return all;
  }
};

}  // namespace

const Dialect& surgeDialect() {
  static const SurgeDialect dialect;
  return dialect;
}

}  // namespace patchpilot
