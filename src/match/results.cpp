#include "match/results.h"

#include "audio/file.h"
#include "audio/level.h"
#include "audio/pitch.h"
#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "features/gain.h"
#include "match/recipe.h"
#include "synth/preset_writer.h"

#include <algorithm>
#include <numeric>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// What presets for a sound are named after, in UTF-8 whatever its file is called.
std::string titleOf(const fs::path& sound) {
  const std::string stem = oneLine(sound.stem().string());
  return stem.empty() ? "sound" : stem;
}

/// What presets found for a text are named after: its beginning.
std::string titleOfText(const std::string& text) {
  constexpr std::size_t kLongest = 48;
  return std::string(beginningOf(oneLine(text), kLongest));
}

PresetLabel labelOf(const Target& target, const Candidate& candidate, int rank, const Note& note) {
  return {fmt::format("{} {}", titleOf(target.file), rank), "Patch Pilot", "Patch Pilot",
          fmt::format("Made by Patch Pilot to sound like {}; play {}; distance {:.1f}",
                      oneLine(target.file.filename().string()), noteName(note.midi), candidate.distance)};
}

/// A document as text. What is no UTF-8, such as the name of a file out of an old archive, is replaced.
std::string textOf(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

/// A candidate's preset: what is written, and how its synth loads it.
struct WrittenPreset {
  std::vector<std::string> files;
  Patch patch;  ///< as read back from the file
};

WrittenPreset writePreset(const fs::path& folder, const std::string& stem, Synth& synth,
                          const PresetLabel& label, const Bytes& state) {
  const Bytes labelled = labelledState(synth.space(), state, label);
  WrittenPreset written;
  for (const auto& extension : presetExtensions(synth.space())) {
    written.files.push_back(stem + extension);
    writePresetFile(folder / written.files.back(), synth.space(), synth.plugin().vendor, label, labelled,
                    false);
  }
  written.patch = readPatchFile(folder / written.files.front(), synth.space(), synth);
  return written;
}

json describeParameters(Synth& synth, const Patch& patch) {
  const std::vector<std::string> texts = synth.texts(patch);
  const std::vector<float> values =
      patch.isPreset() || patch.values().empty() ? synth.values(patch) : patch.values();
  json parameters = json::array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ParameterSpec& spec = synth.space().parameters[i];
    parameters.push_back({{"key", spec.key},
                          {"name", spec.name},
                          {"section", spec.section},
                          {"value", values[i]},
                          {"text", texts[i]}});
  }
  return parameters;
}

json describeTarget(const Target& target) {
  json others = json::array();
  for (const NoteGuess& other : target.otherNotes)
    others.push_back({{"note", other.note}, {"confidence", other.confidence}});
  return {{"path", target.file.string()},        {"note", target.note},
          {"confidence", target.noteConfidence}, {"other_notes", others},
          {"start", target.startSeconds},        {"length", target.lengthSeconds},
          {"duration", target.sound.seconds()},  {"warnings", target.warnings}};
}

std::string stemOf(std::size_t rank) { return fmt::format("{:02}", rank); }

/// What `candidates.json` says of a candidate, but its parameters.
/// @param more  what else is to be said of it
json entryOf(std::size_t rank, const Synth& synth, const Proposal& proposal, const Note& note,
             const json& more) {
  const std::string stem = stemOf(rank);
  json presets = json::array();
  for (const std::string& extension : presetExtensions(synth.space())) presets.push_back(stem + extension);
  json entry = {{"rank", rank},
                {"synth", synth.plugin().name},
                {"space", synth.space().name},
                {"origin", proposal.origin},
                {"note", note.midi},
                {"velocity", note.velocity},
                {"length", note.lengthSeconds},
                {"bpm", synth.tempoBpm()},
                {"files",
                 {{"render", stem + ".wav"},
                  {"presets", std::move(presets)},
                  {"parameters", stem + ".json"},
                  {"recipe", stem + ".txt"}}}};
  entry.update(more);
  return entry;
}

/// Tells of candidates that were found for a sound.
class Nearness {
 public:
  explicit Nearness(const Target& target)
      : target_(target), ruler_({metrics().begin(), metrics().end()}, target.sound) {}

  json of(const Candidate& candidate) const {
    return {{"distance", candidate.distance},
            {"distances", ruler_.measure(candidate.sound)},
            {"gain_db", gainDb(candidate.sound, target_.sound)}};
  }

 private:
  const Target& target_;
  Ruler ruler_;
};

/// Writes a candidate's render, presets, recipe and parameters.
/// @param more  what else is to be said of it
/// @return what `candidates.json` says of it
json writeCandidate(const fs::path& folder, std::size_t rank, Synth& synth, const Proposal& proposal,
                    const Bytes& state, const AudioBuffer& sound, const PresetLabel& label, const Note& note,
                    const json& more) {
  const std::string stem = stemOf(rank);
  writePreset(folder, stem, synth, label, state);
  Recipe recipe = recipeOf(synth, proposal.patch);
  setAside(recipe, synth.space(), proposal.withoutEffect);
  const std::string played = fmt::format("\nPlay {} with velocity {} and let go after {:.2f} s.\n",
                                         noteName(note.midi), note.velocity, note.lengthSeconds);
  writeFileAtomically(folder / (stem + ".txt"), std::string_view(recipeText(recipe, label.name) + played));
  writeWav(folder / (stem + ".wav"), sound);
  json entry = entryOf(rank, synth, proposal, note, more);
  entry["parameters"] = describeParameters(synth, proposal.patch);
  writeFileAtomically(folder / (stem + ".json"), textOf(entry));
  return entry;
}

/// Whatever each synth is to play of some presets, it plays at once.
/// @param jobs  `tag` is an index of `synths`, which names the instrument of each
/// @return a sound of each job, by its tag; nothing where it was not played
std::vector<std::optional<AudioBuffer>> renderAllOf(const std::vector<RenderJob>& jobs,
                                                    const std::vector<std::size_t>& synths,
                                                    const Engines& engines, std::stop_token stop) {
  std::vector<std::optional<AudioBuffer>> sounds(jobs.size());
  for (std::size_t synth = 0; synth < engines.size(); ++synth) {
    std::vector<RenderJob> own;
    for (const RenderJob& job : jobs)
      if (synths[job.tag] == synth) own.push_back(job);
    auto renders = renderAll(*engines[synth], own, stop);
    for (std::size_t i = 0; i < own.size(); ++i) sounds[own[i].tag] = std::move(renders[i]);
  }
  return sounds;
}

/// What a candidate's preset gives is what counts from here on: a plug-in may round what it saves.
void renderPresets(const Target& target, const Objective& objective, std::vector<Candidate>& chosen,
                   std::vector<WrittenPreset>& presets, const Engines& engines, int velocity) {
  std::vector<RenderJob> jobs;
  std::vector<std::size_t> synths;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    jobs.push_back(
        {i, &presets[i].patch, noteOf(chosen[i].proposal, target, velocity), target.sound.seconds()});
    synths.push_back(chosen[i].proposal.synth);
  }
  auto sounds = renderAllOf(jobs, synths, engines, {});
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!sounds[i])
      failPlugin("{} did not play the preset {} that it gave", engines[synths[i]]->name(),
                 presets[i].files.front());
    chosen[i].sound = std::move(*sounds[i]);
    measure(chosen[i], target, objective);
  }
}

/// Plays what was found for a text, from presets as they will be written.
/// @param states  are put here, one of each
/// @return a sound of each; nothing where it was not played, or where Ctrl-C came before
std::vector<std::optional<AudioBuffer>> renderFound(const fs::path& folder,
                                                    const std::vector<TextMatch>& found,
                                                    std::vector<Bytes>& states, const Engines& engines,
                                                    std::stop_token stop) {
  std::vector<Patch> written;
  for (const TextMatch& match : found) {
    StagedDirectory drafts(folder / "drafts", false);
    Synth& synth = pluginOf(*engines[match.proposal.synth]);
    states.push_back(synth.state(match.proposal.patch));
    written.push_back(writePreset(drafts.path(), "draft", synth, {}, states.back()).patch);
  }
  std::vector<RenderJob> jobs;
  std::vector<std::size_t> synths;
  for (std::size_t i = 0; i < found.size(); ++i) {
    jobs.push_back({i, &written[i], found[i].note, found[i].seconds});
    synths.push_back(found[i].proposal.synth);
  }
  return renderAllOf(jobs, synths, engines, std::move(stop));
}

}  // namespace

json writeResults(const fs::path& folder, const Target& target, const Objective& objective,
                  std::vector<Candidate>& chosen, const Engines& engines, int velocity, const json& more) {
  writeWav(folder / "target.wav", target.sound);

  // Rank, and with it the names of the files, is decided by the renders of the presets themselves.
  StagedDirectory drafts(folder / "drafts", false);
  std::vector<Bytes> states;
  std::vector<WrittenPreset> presets;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Synth& synth = pluginOf(*engines[chosen[i].proposal.synth]);
    states.push_back(synth.state(chosen[i].proposal.patch));
    presets.push_back(writePreset(drafts.path(), fmt::format("{}", i), synth, {}, states.back()));
  }
  renderPresets(target, objective, chosen, presets, engines, velocity);
  std::vector<std::size_t> order(chosen.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return chosen[a].distance < chosen[b].distance; });

  const Nearness nearness(target);
  json list = json::array();
  for (const std::size_t index : order) {
    const Candidate& candidate = chosen[index];
    Synth& synth = pluginOf(*engines[candidate.proposal.synth]);
    const std::size_t rank = list.size() + 1;
    const Note note = noteOf(candidate.proposal, target, velocity);
    list.push_back(writeCandidate(folder, rank, synth, candidate.proposal, states[index], candidate.sound,
                                  labelOf(target, candidate, int(rank), note), note, nearness.of(candidate)));
  }
  std::vector<Candidate> ordered;
  for (const std::size_t index : order) ordered.push_back(std::move(chosen[index]));
  chosen = std::move(ordered);
  json document = {{"target", describeTarget(target)}, {"candidates", list}};
  document.update(more);
  writeFileAtomically(folder / "candidates.json", textOf(document));
  return document;
}

json writeFirstResults(const fs::path& folder, const Target& target, const std::vector<Candidate>& chosen,
                       const Engines& engines, int velocity, const json& more) {
  writeWav(folder / "target.wav", target.sound);
  const Nearness nearness(target);
  json list = json::array();
  for (const Candidate& candidate : chosen) {
    const std::size_t rank = list.size() + 1;
    writeWav(folder / (stemOf(rank) + ".wav"), candidate.sound);
    list.push_back(entryOf(rank, pluginOf(*engines[candidate.proposal.synth]), candidate.proposal,
                           noteOf(candidate.proposal, target, velocity), nearness.of(candidate)));
  }
  json document = {{"target", describeTarget(target)}, {"candidates", list}, {"provisional", true}};
  document.update(more);
  writeFileAtomically(folder / "candidates.json", textOf(document));
  return document;
}

json writeTextResults(const fs::path& folder, const std::string& text, std::vector<TextMatch>& found,
                      const Engines& engines, std::stop_token stop) {
  std::vector<Bytes> states;
  const std::vector<std::optional<AudioBuffer>> sounds = renderFound(folder, found, states, engines, stop);
  json list = json::array(), skipped = json::array();
  std::vector<TextMatch> played;
  for (std::size_t i = 0; i < found.size(); ++i) {
    TextMatch& match = found[i];
    Synth& synth = pluginOf(*engines[match.proposal.synth]);
    if (!sounds[i]) {
      if (!stop.stop_requested())
        skipped.push_back(fmt::format("{} did not play {}", synth.plugin().name, match.proposal.origin));
      continue;
    }
    const std::size_t rank = list.size() + 1;
    const PresetLabel label{
        fmt::format("{} {}", titleOfText(text), rank), "Patch Pilot", "Patch Pilot",
        fmt::format("Found by Patch Pilot for \"{}\"; similarity {:.3f}", oneLine(text), match.similarity)};
    list.push_back(writeCandidate(folder, rank, synth, match.proposal, states[i], *sounds[i], label,
                                  match.note, {{"similarity", match.similarity}}));
    played.push_back(std::move(match));
  }
  if (list.empty() && !skipped.empty())
    failPlugin("{}, nor anything else that was found", skipped.front().get<std::string>());
  found = std::move(played);
  const json document = {{"text", text}, {"candidates", list}, {"skipped", skipped}};
  writeFileAtomically(folder / "candidates.json", textOf(document));
  return document;
}

std::vector<std::string> installPresets(const std::vector<fs::path>& presets, const std::string& name,
                                        const Synth& synth) {
  std::vector<std::string> installed;
  for (const fs::path& preset : presets) {
    const fs::path place =
        userPresetFolder(synth.space(), synth.plugin().vendor, preset.extension().string());
    if (!place.empty()) installed.push_back(installPreset(preset, place, name).string());
  }
  return installed;
}

void installResults(json& document, const fs::path& folder, const Engines& engines) {
  const std::string sound = document.contains("text")
                                ? titleOfText(document.at("text").get<std::string>())
                                : titleOf(document.at("target").at("path").get<std::string>());
  for (auto& candidate : document.at("candidates")) {
    const auto engine = std::find_if(engines.begin(), engines.end(), [&](const auto& one) {
      return one->space().name == candidate.at("space") &&
             pluginOf(*one).plugin().name == candidate.at("synth");
    });
    std::vector<fs::path> presets;
    for (const auto& file : candidate.at("files").at("presets"))
      presets.push_back(folder / file.get<std::string>());
    candidate["installed"] = installPresets(
        presets, fmt::format("{} {}", sound, candidate.at("rank").get<int>()), pluginOf(**engine));
  }
}

}  // namespace patchpilot
