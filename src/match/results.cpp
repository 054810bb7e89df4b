#include "match/results.h"

#include "audio/file.h"
#include "audio/level.h"
#include "base/error.h"
#include "features/gain.h"
#include "preset/fxp.h"
#include "preset/lv2_preset.h"
#include "preset/surge_patch.h"
#include "preset/vstpreset.h"

#include <algorithm>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// What a synth's browser shows of a preset.
struct Label {
  std::string name;
  std::string comment;
};

Label labelOf(const Target& target, const Candidate& candidate, int rank) {
  const std::string sound = target.file.stem().string();
  return {fmt::format("{} {}", sound, rank),
          fmt::format("Made by Patch Pilot to sound like {}; MSS {:.2f}", target.file.filename().string(), candidate.mss)};
}

/// The component state of a VST3's preset with the label that Surge XT shows.
Bytes labelledSurgeState(const Bytes& component, const Label& label) {
  SurgePatch patch = parseSurgePatch(component);
  setSurgeMeta(patch, {label.name, "Patch Pilot", "Patch Pilot", label.comment});
  Fxp holder = surgeFxp(serializeSurgePatch(patch), label.name);
  return surgeComponentState(holder);
}

/// Writes the candidate's preset files. @return their names, and in `patch` the state as a user will load it
std::vector<std::string> writePresets(const fs::path& folder, const std::string& stem, Synth& synth, const Label& label,
                                      Patch& patch) {
  const Bytes state = synth.state(patch);
  if (synth.plugin().format == "LV2") {
    Lv2Preset preset = parseLv2State(std::string(state.begin(), state.end()));
    preset.label = label.name;
    preset.comment = label.comment;
    writeLv2Preset(folder / (stem + ".lv2"), preset);
    patch = readPatchFile(folder / (stem + ".lv2"), synth.space(), synth);
    return {stem + ".lv2"};
  }
  VstPreset preset = parseVstPreset(state);
  std::vector<std::string> files = {stem + ".vstpreset"};
  const bool surge = synth.space().fxpId == surgeFxId;
  if (surge) preset.componentState = labelledSurgeState(preset.componentState, label);
  preset.info = vstPresetInfo({{"Name", label.name},
                               {"PlugInName", synth.plugin().name},
                               {"PlugInVendor", synth.plugin().vendor},
                               {"PlugInCategory", "Instrument"},
                               {"Comment", label.comment}});
  preset.order.clear();
  writeFileAtomically(folder / files.front(), std::span<const std::uint8_t>(serializeVstPreset(preset)));
  if (surge) {
    files.push_back(stem + ".fxp");
    writeFileAtomically(folder / files.back(), std::span<const std::uint8_t>(serializeFxp(surgeFxp(preset.componentState, label.name))));
  }
  patch = readPatchFile(folder / files.front(), synth.space(), synth);
  return files;
}

json describeParameters(Synth& synth, const Patch& patch) {
  const std::vector<std::string> texts = synth.texts(patch);
  const std::vector<float> values = patch.values.empty() ? synth.values(patch) : patch.values;
  json parameters = json::array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ParameterSpec& spec = synth.space().parameters[i];
    parameters.push_back({{"key", spec.key}, {"name", spec.name}, {"section", spec.section}, {"value", values[i]}, {"text", texts[i]}});
  }
  return parameters;
}

json describeTarget(const Target& target) {
  return {{"path", target.file.string()}, {"note", target.note},          {"confidence", target.noteConfidence},
          {"start", target.startSeconds}, {"length", target.lengthSeconds}, {"duration", target.sound.seconds()},
          {"warnings", target.warnings}};
}

}  // namespace

json writeResults(const fs::path& folder, const Target& target, std::vector<Candidate> chosen,
                  std::vector<Instrument>& instruments, int velocity) {
  const Note note{target.note, velocity, target.lengthSeconds};
  writeWav(folder / "target.wav", target.sound);
  json list = json::array();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Candidate& candidate = chosen[i];
    Instrument& instrument = instruments[candidate.proposal.synth];
    Synth& synth = *instrument.synth;
    const std::string stem = fmt::format("{:02}", i + 1);
    const json parameters = describeParameters(synth, candidate.proposal.patch);
    Patch written = candidate.proposal.patch;
    const auto presets = writePresets(folder, stem, synth, labelOf(target, candidate, int(i + 1)), written);
    // From here on it is what the preset gives: a plug-in may round what it saves.
    const auto renders = instrument.pool->renderAll({RenderJob{0, &written, note, target.sound.seconds()}});
    if (renders.empty() || !renders[0])
      failPlugin("{} did not play the preset {} that it gave", synth.plugin().name, presets.front());
    candidate.sound = *renders[0];
    candidate.mss = mss(target.spectrum, mssSpectrum(candidate.sound));
    writeWav(folder / (stem + ".wav"), candidate.sound);

    json entry = {{"rank", i + 1},
                  {"synth", synth.plugin().name},
                  {"space", synth.space().name},
                  {"origin", candidate.proposal.origin},
                  {"distances", {{"mss", candidate.mss}}},
                  {"gain_db", gainDb(candidate.sound, target.sound)},
                  {"note", target.note},
                  {"velocity", velocity},
                  {"length", target.lengthSeconds},
                  {"files", {{"render", stem + ".wav"}, {"presets", presets}, {"parameters", stem + ".json"}}},
                  {"parameters", parameters}};
    writeFileAtomically(folder / (stem + ".json"), entry.dump(2) + "\n");
    list.push_back(std::move(entry));
  }
  json document = {{"target", describeTarget(target)}, {"candidates", list}};
  writeFileAtomically(folder / "candidates.json", document.dump(2) + "\n");
  return document;
}

}  // namespace patchpilot
