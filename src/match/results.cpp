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
#include <numeric>

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

/// A candidate's preset: what is written, and how its synth loads it.
struct WrittenPreset {
  std::vector<std::string> files;
  Patch patch;  ///< as read back from the file
};

WrittenPreset writePreset(const fs::path& folder, const std::string& stem, Synth& synth, const Label& label,
                          const Bytes& state) {
  if (synth.plugin().format == "LV2") {
    const fs::path bundle = folder / (stem + ".lv2");
    Lv2Preset preset = parseLv2State(std::string(state.begin(), state.end()));
    preset.label = label.name;
    preset.comment = label.comment;
    writeLv2Preset(bundle, preset);
    return {{bundle.filename().string()}, readPatchFile(bundle, synth.space(), synth)};
  }
  VstPreset preset = parseVstPreset(state);
  WrittenPreset written{{stem + ".vstpreset"}, {}};
  const bool surge = synth.space().fxpId == surgeFxId;
  if (surge) preset.componentState = labelledSurgeState(preset.componentState, label);
  preset.info = vstPresetInfo({{"Name", label.name},
                               {"PlugInName", synth.plugin().name},
                               {"PlugInVendor", synth.plugin().vendor},
                               {"PlugInCategory", "Instrument"},
                               {"Comment", label.comment}});
  preset.order.clear();
  writeFileAtomically(folder / written.files.front(), std::span<const std::uint8_t>(serializeVstPreset(preset)));
  if (surge) {
    const Fxp fxp = surgeFxp(preset.componentState, label.name);
    written.files.push_back(stem + ".fxp");
    writeFileAtomically(folder / written.files.back(), std::span<const std::uint8_t>(serializeFxp(fxp)));
  }
  written.patch = readPatchFile(folder / written.files.front(), synth.space(), synth);
  return written;
}

json describeParameters(Synth& synth, const Patch& patch) {
  const std::vector<std::string> texts = synth.texts(patch);
  const std::vector<float> values = patch.state.empty() && !patch.values.empty() ? patch.values : synth.values(patch);
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

/// What a candidate's preset gives is what counts from here on: a plug-in may round what it saves.
void renderPresets(const Target& target, std::vector<Candidate>& chosen, std::vector<WrittenPreset>& presets,
                   std::vector<Instrument>& instruments, const Note& note) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Instrument& instrument = instruments[chosen[i].proposal.synth];
    const auto renders = instrument.pool->renderAll({RenderJob{0, &presets[i].patch, note, target.sound.seconds()}});
    if (!renders[0])
      failPlugin("{} did not play the preset {} that it gave", instrument.synth->plugin().name, presets[i].files.front());
    chosen[i].sound = *renders[0];
    chosen[i].spectrum = mssSpectrum(chosen[i].sound);
    chosen[i].mss = mss(target.spectrum, chosen[i].spectrum);
  }
}

}  // namespace

json writeResults(const fs::path& folder, const Target& target, std::vector<Candidate> chosen,
                  std::vector<Instrument>& instruments, int velocity) {
  const Note note{target.note, velocity, target.lengthSeconds};
  writeWav(folder / "target.wav", target.sound);

  // Rank, and with it the names of the files, is decided by the renders of the presets themselves.
  StagedDirectory drafts(folder / "drafts", false);
  std::vector<Bytes> states;
  std::vector<WrittenPreset> presets;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Synth& synth = *instruments[chosen[i].proposal.synth].synth;
    states.push_back(synth.state(chosen[i].proposal.patch));
    presets.push_back(writePreset(drafts.path(), fmt::format("{}", i), synth, {}, states.back()));
  }
  renderPresets(target, chosen, presets, instruments, note);
  std::vector<std::size_t> order(chosen.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return chosen[a].mss < chosen[b].mss; });

  json list = json::array();
  for (const std::size_t index : order) {
    const Candidate& candidate = chosen[index];
    Synth& synth = *instruments[candidate.proposal.synth].synth;
    const std::size_t rank = list.size() + 1;
    const std::string stem = fmt::format("{:02}", rank);
    const auto files = writePreset(folder, stem, synth, labelOf(target, candidate, int(rank)), states[index]).files;
    writeWav(folder / (stem + ".wav"), candidate.sound);
    json entry = {{"rank", rank},
                  {"synth", synth.plugin().name},
                  {"space", synth.space().name},
                  {"origin", candidate.proposal.origin},
                  {"distances", {{"mss", candidate.mss}}},
                  {"gain_db", gainDb(candidate.sound, target.sound)},
                  {"note", target.note},
                  {"velocity", velocity},
                  {"length", target.lengthSeconds},
                  {"files", {{"render", stem + ".wav"}, {"presets", files}, {"parameters", stem + ".json"}}},
                  {"parameters", describeParameters(synth, candidate.proposal.patch)}};
    writeFileAtomically(folder / (stem + ".json"), entry.dump(2) + "\n");
    list.push_back(std::move(entry));
  }
  json document = {{"target", describeTarget(target)}, {"candidates", list}};
  writeFileAtomically(folder / "candidates.json", document.dump(2) + "\n");
  return document;
}

}  // namespace patchpilot
