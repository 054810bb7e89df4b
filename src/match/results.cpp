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

std::vector<ParameterFacts> parametersOf(Synth& synth, const Patch& patch) {
  const std::vector<std::string> texts = synth.texts(patch);
  const std::vector<float> values =
      patch.isPreset() || patch.values().empty() ? synth.values(patch) : patch.values();
  std::vector<ParameterFacts> parameters;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ParameterSpec& spec = synth.space().parameters[i];
    parameters.push_back({spec.key, spec.name, spec.section, values[i], texts[i]});
  }
  return parameters;
}

std::string stemOf(int rank) { return fmt::format("{:02}", rank); }

/// What is said of each candidate.
CandidateFacts candidateFacts(int rank, const Synth& synth, const Proposal& proposal, const Note& note) {
  const std::string stem = stemOf(rank);
  CandidateFacts facts;
  facts.rank = rank;
  facts.synth = synth.plugin().name;
  facts.space = synth.space().name;
  facts.origin = proposal.origin;
  facts.note = note.midi;
  facts.velocity = note.velocity;
  facts.length = note.lengthSeconds;
  facts.bpm = synth.tempoBpm();
  facts.render = stem + ".wav";
  facts.parameters = stem + ".json";
  facts.recipe = stem + ".txt";
  for (const std::string& extension : presetExtensions(synth.space()))
    facts.presets.push_back(stem + extension);
  return facts;
}

/// Candidates that were found for a sound.
class FoundForSound {
 public:
  FoundForSound(const Target& target, const Engines& engines, int velocity)
      : target_(target),
        engines_(engines),
        velocity_(velocity),
        ruler_({metrics().begin(), metrics().end()}, target.sound) {}

  CandidateFacts facts(int rank, const Candidate& candidate) const {
    CandidateFacts facts = candidateFacts(rank, pluginOf(*engines_[candidate.proposal.synth]),
                                          candidate.proposal, noteOf(candidate.proposal, target_, velocity_));
    facts.distance = candidate.distance;
    facts.distances = ruler_.measure(candidate.sound);
    facts.gainDb = gainDb(candidate.sound, target_.sound);
    return facts;
  }

  MatchDocument document(SearchFacts search) const {
    MatchDocument document;
    document.target = factsOf(target_);
    document.sound = target_.file.string();
    document.search = std::move(search);
    return document;
  }

 private:
  const Target& target_;
  const Engines& engines_;
  int velocity_;
  Ruler ruler_;
};

/// Writes a candidate's render, presets, recipe and parameters.
/// @param note  that it is played at
WrittenCandidate writeCandidate(const fs::path& folder, CandidateFacts facts, Synth& synth,
                                const Proposal& proposal, const Bytes& state, const AudioBuffer& sound,
                                const PresetLabel& label, const Note& note) {
  writePreset(folder, stemOf(facts.rank), synth, label, state);
  Recipe recipe = recipeOf(synth, proposal.patch);
  setAside(recipe, synth.space(), proposal.withoutEffect);
  const std::string played = fmt::format("\nPlay {} with velocity {} and let go after {:.2f} s.\n",
                                         noteName(note.midi), note.velocity, note.lengthSeconds);
  writeFileAtomically(folder / facts.recipe, std::string_view(recipeText(recipe, label.name) + played));
  writeWav(folder / facts.render, sound);
  WrittenCandidate written{std::move(facts), parametersOf(synth, proposal.patch), {}};
  writeFileAtomically(folder / written.facts.parameters, fileText(written));
  return written;
}

/// Whatever each synth is to play of some presets, it plays at once.
/// @param jobs  `tag` is an index of `synths`, which names the instrument of each
/// @return a sound of each job, by its tag; nothing where it was not played
std::vector<std::optional<AudioBuffer>> renderAllOf(const std::vector<RenderJob>& jobs,
                                                    const std::vector<std::size_t>& synths,
                                                    const Engines& engines, const std::stop_token& stop) {
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
                                                    const std::stop_token& stop) {
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

MatchDocument writeResults(const fs::path& folder, const Target& target, const Objective& objective,
                           std::vector<Candidate>& chosen, const Engines& engines, int velocity,
                           SearchFacts search) {
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

  const FoundForSound found(target, engines, velocity);
  MatchDocument document = found.document(std::move(search));
  std::vector<Candidate> ordered;
  for (const std::size_t index : order) {
    Candidate& candidate = chosen[index];
    const int rank = int(ordered.size()) + 1;
    const Note note = noteOf(candidate.proposal, target, velocity);
    document.candidates.push_back(writeCandidate(
        folder, found.facts(rank, candidate), pluginOf(*engines[candidate.proposal.synth]),
        candidate.proposal, states[index], candidate.sound, labelOf(target, candidate, rank, note), note));
    ordered.push_back(std::move(candidate));
  }
  chosen = std::move(ordered);
  writeFileAtomically(folder / kCandidatesFile, fileText(document));
  return document;
}

MatchDocument writeFirstResults(const fs::path& folder, const Target& target,
                                const std::vector<Candidate>& chosen, const Engines& engines, int velocity,
                                SearchFacts search) {
  writeWav(folder / "target.wav", target.sound);
  const FoundForSound found(target, engines, velocity);
  MatchDocument document = found.document(std::move(search));
  document.provisional = true;
  for (const Candidate& candidate : chosen) {
    const CandidateFacts facts = found.facts(int(document.candidates.size()) + 1, candidate);
    writeWav(folder / facts.render, candidate.sound);
    document.candidates.push_back({facts, {}, {}});
  }
  writeFileAtomically(folder / kCandidatesFile, fileText(document));
  return document;
}

MatchDocument writeTextResults(const fs::path& folder, const std::string& text, std::vector<TextMatch>& found,
                               const Engines& engines, const std::stop_token& stop) {
  std::vector<Bytes> states;
  const std::vector<std::optional<AudioBuffer>> sounds = renderFound(folder, found, states, engines, stop);
  MatchDocument document;
  document.text = text;
  std::vector<TextMatch> played;
  for (std::size_t i = 0; i < found.size(); ++i) {
    TextMatch& match = found[i];
    Synth& synth = pluginOf(*engines[match.proposal.synth]);
    if (!sounds[i]) {
      if (!stop.stop_requested())
        document.skipped.push_back(
            fmt::format("{} did not play {}", synth.plugin().name, match.proposal.origin));
      continue;
    }
    const int rank = int(played.size()) + 1;
    const PresetLabel label{
        fmt::format("{} {}", titleOfText(text), rank), "Patch Pilot", "Patch Pilot",
        fmt::format("Found by Patch Pilot for \"{}\"; similarity {:.3f}", oneLine(text), match.similarity)};
    CandidateFacts facts = candidateFacts(rank, synth, match.proposal, match.note);
    facts.similarity = match.similarity;
    document.candidates.push_back(writeCandidate(folder, std::move(facts), synth, match.proposal, states[i],
                                                 *sounds[i], label, match.note));
    played.push_back(std::move(match));
  }
  if (played.empty() && !document.skipped.empty())
    failPlugin("{}, nor anything else that was found", document.skipped.front());
  found = std::move(played);
  writeFileAtomically(folder / kCandidatesFile, fileText(document));
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

void installResults(MatchDocument& document, const fs::path& folder, const Engines& engines) {
  const std::string title = document.target ? titleOf(document.sound) : titleOfText(document.text);
  for (WrittenCandidate& candidate : document.candidates) {
    const CandidateFacts& facts = candidate.facts;
    const auto engine = std::find_if(engines.begin(), engines.end(), [&](const auto& one) {
      return one->space().name == facts.space && pluginOf(*one).plugin().name == facts.synth;
    });
    std::vector<fs::path> presets;
    for (const std::string& file : facts.presets) presets.push_back(folder / file);
    candidate.installed =
        installPresets(presets, fmt::format("{} {}", title, facts.rank), pluginOf(**engine));
  }
}

}  // namespace patchpilot
