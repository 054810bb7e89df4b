#include "wire/match_facts.h"

#include "audio/pitch.h"
#include "base/files.h"
#include "base/tempo.h"
#include "listen/objective.h"
#include "wire/fields.h"

namespace patchpilot {

using nlohmann::json;

namespace {

json toJson(const NoteGuess& guess) {
  return {{"note", guess.note}, {"note_name", noteName(guess.note)}, {"confidence", guess.confidence}};
}

/// What `Target` and `Analysis` have in common.
json commonFacts(const TargetFacts& target) {
  json others = json::array();
  for (const NoteGuess& other : target.otherNotes) others.push_back(toJson(other));
  return {{"note", target.note},
          {"note_name", noteName(target.note)},
          {"confidence", target.confidence},
          {"other_notes", others},
          {"length", target.length},
          {"start", target.start},
          {"warnings", target.warnings}};
}

/// The numbers of an object by name; what is no number (an infinite distance is null) is left out.
std::map<std::string, double> numbersFrom(const json& object) {
  std::map<std::string, double> numbers;
  for (const auto& [name, value] : object.items())
    if (value.is_number()) numbers[name] = value.get<double>();
  return numbers;
}

}  // namespace

TargetFacts factsOf(const Target& target) {
  return {target.startSeconds, target.sound.seconds(), target.note,    target.noteConfidence,
          target.otherNotes,   target.lengthSeconds,   target.warnings};
}

json toJson(const TargetFacts& target) {
  json object = commonFacts(target);
  object["seconds"] = target.duration;
  return object;
}

json analysisJson(const TargetFacts& target) {
  json object = commonFacts(target);
  object["duration"] = target.duration;
  return object;
}

TargetFacts targetFactsFrom(const json& object) {
  Fields fields(object);
  TargetFacts target;
  target.start = required(fields.number("start"), "start");
  target.duration = required(fields.number("seconds"), "seconds");
  target.note = int(required(fields.whole("note", 0, 127), "note"));
  target.confidence = required(fields.number("confidence"), "confidence");
  target.length = required(fields.number("length"), "length");
  target.warnings = fields.texts("warnings", 100, 10'000);
  if (const json* others = fields.list("other_notes"))
    for (const json& other : *others) {
      Fields guess(other);
      target.otherNotes.push_back({int(required(guess.whole("note", 0, 127), "note")),
                                   required(guess.number("confidence"), "confidence")});
    }
  return target;
}

std::optional<double> CandidateFacts::mss() const {
  const auto found = distances.find("mss");
  return found == distances.end() ? std::nullopt : std::optional(found->second);
}

json toJson(const CandidateFacts& candidate) {
  json object = {{"rank", candidate.rank},
                 {"synth", candidate.synth},
                 {"space", candidate.space},
                 {"origin", candidate.origin},
                 {"note", candidate.note},
                 {"velocity", candidate.velocity},
                 {"length", candidate.length},
                 {"files",
                  {{"render", candidate.render},
                   {"presets", candidate.presets},
                   {"parameters", candidate.parameters},
                   {"recipe", candidate.recipe}}}};
  if (candidate.distance) object["distance"] = *candidate.distance;
  if (!candidate.distances.empty()) object["distances"] = candidate.distances;
  if (candidate.gainDb) object["gain_db"] = *candidate.gainDb;
  if (candidate.bpm) object["bpm"] = *candidate.bpm;
  if (candidate.similarity) object["similarity"] = *candidate.similarity;
  if (candidate.unlike)
    object["unlike"] = {{"rank", candidate.unlike->rank}, {"parameters", candidate.unlike->parameters}};
  return object;
}

CandidateFacts candidateFactsFrom(const json& object) {
  Fields fields(object);
  CandidateFacts candidate;
  candidate.rank = int(required(fields.whole("rank", 1), "rank"));
  candidate.synth = required(fields.raw("synth"), "synth");
  candidate.space = fields.raw("space").value_or("");
  candidate.origin = required(fields.raw("origin"), "origin");
  candidate.note = int(required(fields.whole("note", 0, 127), "note"));
  candidate.velocity = int(required(fields.whole("velocity", 0, 127), "velocity"));
  candidate.length = required(fields.number("length"), "length");
  if (const json* distances = fields.object("distances")) candidate.distances = numbersFrom(*distances);
  candidate.distance = fields.number("distance");
  // What was found before there were other objectives was ranked by MSS.
  if (!candidate.distance && candidate.mss()) candidate.distance = distanceOfMss(*candidate.mss());
  candidate.gainDb = fields.number("gain_db");
  candidate.similarity = fields.number("similarity");
  candidate.bpm = fields.number("bpm", kSlowestBpm, kFastestBpm);
  if (const json* unlike = fields.object("unlike")) {
    Fields apart(*unlike);
    candidate.unlike = Unlike{int(required(apart.whole("rank", 1), "rank")), apart.texts("parameters")};
  }
  Fields files(required(fields.object("files"), "files"));
  candidate.render = required(files.raw("render"), "render");
  candidate.parameters = required(files.raw("parameters"), "parameters");
  candidate.recipe = files.raw("recipe").value_or("");
  candidate.presets = files.texts("presets");
  return candidate;
}

FoundCandidates foundCandidatesFrom(const json& document) {
  Fields fields(document);
  FoundCandidates found;
  for (const json& candidate : required(fields.list("candidates"), "candidates"))
    found.candidates.push_back(candidateFactsFrom(candidate));
  found.provisional = fields.flag("provisional").value_or(false);
  found.objective = fields.raw("objective").value_or("mss");
  return found;
}

FoundCandidates readCandidates(const std::filesystem::path& file) {
  const auto document = json::parse(readTextFile(file), nullptr, false);
  try {
    return foundCandidatesFrom(document);
  } catch (const Error& error) {
    failInput("{} is damaged ({})", file.string(), error.what());
  }
}

}  // namespace patchpilot
