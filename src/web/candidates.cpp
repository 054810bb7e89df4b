#include "web/candidates.h"

#include "audio/file.h"
#include "audio/pitch.h"
#include "base/files.h"
#include "listen/candidate.h"
#include "match/recipe.h"
#include "match/results.h"
#include "synth/preset_writer.h"
#include "web/http_error.h"
#include "web/zip.h"
#include "wire/match_document.h"
#include "wire/panel.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::string asciiName(const std::string& name) {
  std::string plain;
  for (const char c : name)
    plain += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == ' ' ? c : '_';
  return plain;
}

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// The patch as its synth's panel shows it, in the order of a recipe.
std::vector<PanelSection> panelOf(Synth& synth, const Patch& patch,
                                  const std::vector<std::size_t>& withoutEffect) {
  const ParameterSpace& space = synth.space();
  const std::vector<std::string> texts = synth.texts(patch);
  const std::vector<float> values =
      patch.isPreset() || patch.values().empty() ? synth.values(patch) : patch.values();
  std::vector<Section> sections = space.sections;
  if (std::any_of(space.parameters.begin(), space.parameters.end(),
                  [](const ParameterSpec& p) { return p.section.empty(); }))
    sections.push_back({"", "Parameters"});
  std::stable_sort(sections.begin(), sections.end(), [](const Section& a, const Section& b) {
    return recipeOrder(a.title) < recipeOrder(b.title);
  });
  std::set<std::size_t> silent(withoutEffect.begin(), withoutEffect.end());
  for (const std::size_t i : space.silent(flat(patch).values)) silent.insert(i);
  std::vector<PanelSection> panel;
  for (const Section& section : sections) {
    PanelSection shown{section.title, {}};
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const ParameterSpec& spec = space.parameters[i]; spec.section == section.key)
        shown.parameters.push_back({&spec, values[i], texts[i], !silent.contains(i)});
    if (!shown.parameters.empty()) panel.push_back(std::move(shown));
  }
  return panel;
}

struct Wanted {
  Note note;
  double seconds = 0;
  std::map<std::string, float> changes;
};

/// What a request to play says, and what it leaves as it is.
Wanted wantedOf(const json& body, Wanted own) {
  const PlayRequest request = playRequestFrom(body, kMostPlayedSeconds);
  own.note.midi = request.note.value_or(own.note.midi);
  own.note.velocity = request.velocity.value_or(own.note.velocity);
  own.note.lengthSeconds = std::min(request.length.value_or(own.note.lengthSeconds), kMostPlayedSeconds);
  own.seconds = std::min(request.seconds.value_or(own.seconds), kMostPlayedSeconds);
  own.changes = request.changes;
  return own;
}

double distanceOf(const AudioBuffer& sound, const AudioBuffer& wanted, const std::string& objective) {
  Target target;
  target.sound = wanted;
  target.spectrum = mssSpectrum(wanted);
  Candidate candidate;
  candidate.sound = sound;
  measure(candidate, target, makeObjective(objective, target));
  return candidate.distance;
}

std::size_t rankOf(const Call& call) {
  const std::string& text = call.names.at("rank");
  std::size_t rank = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rank);
  if (error != std::errc() || end != text.data() + text.size() || rank < 1)
    refuse(404, "there is no candidate '{}'", text);
  return rank;
}

}  // namespace

/// A candidate of a match, as it was written.
struct Candidates::Chosen {
  std::string match, name;  ///< the name is the preset's
  fs::path folder;
  CandidateFacts facts;
  std::string objective;

  StoredPatch stored() const { return readPatches(folder / kPatchesFile).at(std::size_t(facts.rank) - 1); }
  Note note() const { return {facts.note, facts.velocity, facts.length}; }
};

Candidates::Chosen Candidates::choose(const Call& call) {
  Chosen chosen;
  const std::string& id = call.names.at("id");
  chosen.folder = matches_.found(id, call.query("g"));
  const std::size_t rank = rankOf(call);
  const FoundCandidates found = readCandidates(chosen.folder / kCandidatesFile);
  if (rank > found.candidates.size()) refuse(404, "there is no candidate {}", rank);
  chosen.facts = found.candidates[rank - 1];
  chosen.objective = found.objective;
  chosen.match = matches_.nameOf(id);
  chosen.name = fmt::format("{} {}", chosen.match, rank);
  return chosen;
}

std::shared_ptr<PatchPlayer> Candidates::playerOf(const Chosen& chosen, const StoredPatch& stored) {
  if (!fs::exists(stored.library))
    refuse(409,
           "the library that found this has been removed; what was written then can be heard and taken, and "
           "no more");
  return players_.of(stored.library, chosen.facts.bpm);
}

void Candidates::zip(Call& call) {
  const std::string& id = call.names.at("id");
  const fs::path folder = matches_.found(id, call.query("g"));
  std::vector<fs::path> items;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename() != kPatchesFile) items.push_back(entry.path());
  std::sort(items.begin(), items.end());
  const std::string name = matches_.nameOf(id);
  call.saveAs(name + ".zip");
  call.answerBytes(zipOf(asciiName(name), items), "application/zip");
}

void Candidates::audio(Call& call) {
  const Chosen chosen = choose(call);
  // Its address names the generation, and that does not change.
  if (!call.query("g").empty())
    call.response.headers.erase("Cache-Control"),
        call.response.set_header("Cache-Control", "private, max-age=3600, immutable");
  call.answerFile(chosen.folder / chosen.facts.render, "audio/wav");
}

void Candidates::recipe(Call& call) {
  const Chosen chosen = choose(call);
  const auto text = [&] {
    if (const fs::path file = chosen.folder / chosen.facts.recipe; fs::exists(file))
      return readTextFile(file);
    const StoredPatch stored = chosen.stored();
    const auto player = playerOf(chosen, stored);
    return recipeText(recipeOf(player->synth(), stored.proposal.patch), chosen.name);
  };
  call.answerBytes(text(), "text/plain; charset=utf-8");
}

void Candidates::parameters(Call& call) {
  const auto changes = changesFrom(call.body);
  const Chosen chosen = choose(call);
  const StoredPatch stored = chosen.stored();
  const auto player = playerOf(chosen, stored);
  call.answer(toJson(panelOf(player->synth(), withChanges(player->synth(), stored.proposal.patch, changes),
                             stored.proposal.withoutEffect)));
}

void Candidates::render(Call& call) {
  const Chosen chosen = choose(call);
  const StoredPatch stored = chosen.stored();
  const fs::path targetFile = chosen.folder / "target.wav";
  std::optional<AudioBuffer> target;
  if (fs::exists(targetFile)) target = readSound(targetFile).sound;
  const auto player = playerOf(chosen, stored);
  const Wanted own{chosen.note(), target ? target->seconds() : player->settings().durationSeconds, {}};
  const Wanted wanted = wantedOf(call.body, own);
  const AudioBuffer sound = player->play(withChanges(player->synth(), stored.proposal.patch, wanted.changes),
                                         wanted.note, wanted.seconds);
  const bool comparable =
      target && wanted.note.midi == own.note.midi && wanted.note.velocity == own.note.velocity &&
      wanted.note.lengthSeconds == own.note.lengthSeconds && sound.frames() == target->frames();
  if (comparable)
    call.response.set_header("X-Distance",
                             fmt::format("{:.4f}", distanceOf(sound, *target, chosen.objective)));
  call.answerBytes(text(wavBytes(sound)), "audio/wav");
}

std::vector<fs::path> Candidates::presets(const Chosen& chosen, const std::map<std::string, float>& changes,
                                          const fs::path& folder) {
  std::vector<fs::path> presets;
  for (const std::string& file : chosen.facts.presets) presets.push_back(chosen.folder / file);
  if (changes.empty() && fs::exists(presets.front())) return presets;
  const StoredPatch stored = chosen.stored();
  const auto player = playerOf(chosen, stored);
  Synth& synth = player->synth();
  const PresetLabel label{
      chosen.name, "Patch Pilot", "Patch Pilot",
      fmt::format("Made by Patch Pilot to sound like {}{}; play {}", chosen.match,
                  changes.empty() ? "" : ", and changed by hand", noteName(chosen.facts.note))};
  const Bytes state =
      labelledState(synth.space(), synth.state(withChanges(synth, stored.proposal.patch, changes)), label);
  for (fs::path& preset : presets) {
    preset = folder / preset.filename();
    writePresetFile(preset, synth.space(), synth.plugin().vendor, label, state, false);
  }
  return presets;
}

void Candidates::preset(Call& call) {
  const auto changes = changesFrom(call.body);
  const Chosen chosen = choose(call);
  const std::string& wanted = call.names.at("name");
  const auto& files = chosen.facts.presets;
  if (std::find(files.begin(), files.end(), wanted) == files.end())
    refuse(404, "candidate {} has no preset '{}'", chosen.facts.rank, wanted);
  const StagedDirectory draft(store_.place("matches") / newId(), false);  // never put in place
  const std::vector<fs::path> all = presets(chosen, changes, draft.path());
  const fs::path file = *std::find_if(all.begin(), all.end(),
                                      [&](const fs::path& preset) { return preset.filename() == wanted; });
  const std::string extension = file.extension().string();
  if (fs::is_directory(file)) {
    call.saveAs(chosen.name + extension + ".zip");
    return call.answerBytes(zipOf(asciiName(chosen.name), {file}), "application/zip");
  }
  call.saveAs(chosen.name + extension);
  call.answerBytes(text(readFile(file)), "application/octet-stream");
}

void Candidates::install(Call& call) {
  const auto changes = changesFrom(call.body);
  const Chosen chosen = choose(call);
  const StagedDirectory draft(store_.place("matches") / newId(), false);
  call.answer({{"files", installPresets(presets(chosen, changes, draft.path()), chosen.name,
                                        playerOf(chosen, chosen.stored())->synth())}});
}

void Candidates::openSynth(Call& call) {
  players_.of(libraries_.file(call.names.at("id")));
  call.answer(json::object());
}

void Candidates::removeLibrary(Call& call) {
  const std::string& id = call.names.at("id");
  const fs::path file = libraries_.file(id);
  matches_.removeLibrary(id);
  players_.forget(file);
  call.answer(json::object());
}

void Candidates::renderPatch(Call& call) {
  const fs::path file = libraries_.file(call.names.at("id"));
  const std::string& text = call.names.at("patch");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) refuse(404, "there is no patch '{}'", text);
  Patch patch;
  try {
    patch = Library::open(file).patches().get(id);
  } catch (const Error&) {
    refuse(404, "this library has no patch {}", id);
  }
  const auto player = players_.of(file);
  const LibrarySettings& s = player->settings();
  const Wanted wanted =
      wantedOf(call.body, {{s.notes.front(), s.velocity, s.lengthSeconds}, s.durationSeconds, {}});
  call.answerBytes(patchpilot::text(wavBytes(player->play(withChanges(player->synth(), patch, wanted.changes),
                                                          wanted.note, wanted.seconds))),
                   "audio/wav");
}

}  // namespace patchpilot
