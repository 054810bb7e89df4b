#include "wire/match_document.h"

#include "wire/json_codec.h"

namespace patchpilot {

using nlohmann::json;

template <Either<ParameterFacts> One>
void nameFields(JsonWriter& visit, One& parameter) {
  visit("key", parameter.key);
  visit("name", parameter.name);
  visit("section", parameter.section);
  visit("value", parameter.value);
  visit("text", parameter.text);
}

namespace {

json targetJson(const MatchDocument& document) {
  const TargetFacts& target = *document.target;
  json others = json::array();
  for (const NoteGuess& other : target.otherNotes)
    others.push_back({{"note", other.note}, {"confidence", other.confidence}});
  return {{"path", document.sound},      {"note", target.note},        {"confidence", target.confidence},
          {"other_notes", others},       {"start", target.start},      {"length", target.length},
          {"duration", target.duration}, {"warnings", target.warnings}};
}

json toJson(const RefinementFacts& refinement) {
  return {{"from", refinement.from}, {"to", refinement.to},           {"renders", refinement.renders},
          {"cut", refinement.cut},   {"seconds", refinement.seconds}, {"curve", toJson(refinement.curve)}};
}

std::string fileTextOf(const json& content) { return jsonText(content, 2) + "\n"; }

}  // namespace

json toJson(const WrittenCandidate& candidate) {
  json object = toJson(candidate.facts);
  if (candidate.parameters) object["parameters"] = jsonOf(*candidate.parameters);
  if (candidate.installed) object["installed"] = *candidate.installed;
  return object;
}

json toJson(const MatchDocument& document) {
  json candidates = json::array();
  for (const WrittenCandidate& candidate : document.candidates) candidates.push_back(toJson(candidate));
  json object = {{"candidates", candidates}};
  if (document.target) object["target"] = targetJson(document);
  else object.update({{"text", document.text}, {"skipped", document.skipped}});
  if (document.provisional) object["provisional"] = true;
  if (!document.search.objective.empty()) object["objective"] = document.search.objective;
  if (document.search.refinement) object["refinement"] = toJson(*document.search.refinement);
  if (!document.search.advice.empty()) object["advice"] = document.search.advice;
  return object;
}

std::string fileText(const WrittenCandidate& candidate) { return fileTextOf(toJson(candidate)); }
std::string fileText(const MatchDocument& document) { return fileTextOf(toJson(document)); }

FoundCandidates foundCandidates(const MatchDocument& document) {
  return foundCandidatesFrom(toJson(document));
}

}  // namespace patchpilot
