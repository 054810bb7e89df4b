#include "client/answers.h"

#include "base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace patchpilot {

using nlohmann::json;

namespace {

constexpr std::size_t kMostProblemBytes = 300;

/// A member of a type, or this value if it is absent or null.
template <typename Value>
Value member(const json& object, const char* name, Value otherwise) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? std::move(otherwise) : found->get<Value>();
}

std::optional<double> numberOf(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? std::nullopt : std::optional(found->get<double>());
}

/// Reads an answer by a function that throws what nlohmann::json throws.
template <typename Read>
auto readAnswer(const std::string& text, Read read) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& error) {
    failInput("Patch Pilot's server answered something unexpected ({}); install one version of both",
              error.what());
  }
}

OfferedLibrary libraryFrom(const json& object) {
  return {object.at("id"),
          object.at("name"),
          member<std::string>(object, "synth", ""),
          member<std::string>(object, "problem", ""),
          object.at("patches"),
          !member<json>(object, "building", nullptr).is_null()};
}

OfferedPreset presetFrom(const json& object) {
  return {object.at("url"), object.at("name"), object.at("format")};
}

MatchedCandidate candidateFrom(const json& object) {
  MatchedCandidate candidate;
  candidate.rank = object.at("rank");
  candidate.name = object.at("name");
  candidate.synth = object.at("synth");
  candidate.origin = object.at("origin");
  candidate.distance = numberOf(object, "distance");
  candidate.distances = member<std::map<std::string, double>>(object, "distances", {});
  candidate.gainDb = numberOf(object, "gain_db");
  candidate.note = std::clamp(object.at("note").get<int>(), 0, 127);
  candidate.velocity = member(object, "velocity", 100);
  candidate.audio = object.at("audio");
  candidate.install = object.at("install");
  for (const json& preset : object.at("presets")) candidate.presets.push_back(presetFrom(preset));
  return candidate;
}

json jsonOfCandidate(const MatchedCandidate& candidate) {
  json presets = json::array();
  for (const OfferedPreset& preset : candidate.presets)
    presets.push_back({{"url", preset.url}, {"name", preset.name}, {"format", preset.format}});
  json object = {{"rank", candidate.rank},   {"name", candidate.name},
                 {"synth", candidate.synth}, {"origin", candidate.origin},
                 {"note", candidate.note},   {"velocity", candidate.velocity},
                 {"audio", candidate.audio}, {"install", candidate.install},
                 {"presets", presets},       {"distances", candidate.distances}};
  if (candidate.distance) object["distance"] = *candidate.distance;
  if (candidate.gainDb) object["gain_db"] = *candidate.gainDb;
  return object;
}

std::vector<MatchedCandidate> candidatesOf(const json& array) {
  std::vector<MatchedCandidate> candidates;
  for (const json& object : array) candidates.push_back(candidateFrom(object));
  return candidates;
}

std::string textOf(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

bool operator==(const OfferedPreset& a, const OfferedPreset& b) {
  return a.url == b.url && a.name == b.name && a.format == b.format;
}

ServerState serverStateFrom(const std::string& text) {
  return readAnswer(text, [](const json& object) {
    ServerState state;
    state.version = object.at("version");
    state.data = object.at("data");
    state.scanning = object.at("scanning");
    for (const json& library : object.at("libraries")) state.libraries.push_back(libraryFrom(library));
    for (const json& synth : object.at("synths")) state.synths.push_back(synth.at("name"));
    // Servers before 0.2 do not tell.
    for (const json& metric : member<json>(object, "metrics", json::array()))
      state.metrics.push_back({metric.at("name"), metric.at("title"), metric.at("digits")});
    return state;
  });
}

UploadedSound uploadedSoundFrom(const std::string& text) {
  return readAnswer(text, [](const json& object) {
    return UploadedSound{object.at("id"), object.at("name"), object.at("seconds")};
  });
}

ServerMatch serverMatchFrom(const std::string& text) {
  return readAnswer(text, [](const json& object) {
    ServerMatch match;
    match.id = object.at("id");
    match.name = object.at("name");
    match.state = object.at("state");
    match.error = member<std::string>(object, "error", "");
    match.position = member(object, "position", 0);
    if (const json& target = object.at("target"); !target.is_null())
      match.target = MatchedTarget{target.at("note"), target.at("note_name"), target.at("confidence"),
                                   target.at("start"), target.at("seconds")};
    const json& progress = object.at("progress");
    match.done = progress.at("done");
    match.total = progress.at("total");
    match.secondsLeft = numberOf(progress, "seconds_left");
    match.generation = object.at("generation");
    match.provisional = member(object, "provisional", false);
    match.candidates = candidatesOf(object.at("candidates"));
    match.remarks = member<std::vector<std::string>>(object, "remarks", {});
    return match;
  });
}

std::string idFrom(const std::string& text) {
  return readAnswer(text, [](const json& object) { return object.at("id").get<std::string>(); });
}

std::vector<std::string> installedFilesFrom(const std::string& text) {
  return readAnswer(text,
                    [](const json& object) { return object.at("files").get<std::vector<std::string>>(); });
}

std::string problemFrom(const std::string& text) {
  const json answer = json::parse(text, nullptr, false);
  if (answer.is_object() && answer.contains("error") && answer["error"].is_object() &&
      answer["error"].contains("message") && answer["error"]["message"].is_string())
    return answer["error"]["message"];
  return std::string(beginningOf(oneLine(text), kMostProblemBytes));
}

std::string questionText(const MatchQuestion& question) {
  json object = {{"sound", question.sound}, {"libraries", question.libraries}, {"refine", question.refine}};
  if (question.duration > 0) {
    object["start"] = question.start;
    object["duration"] = question.duration;
  }
  if (question.renders) object["renders"] = *question.renders;
  return textOf(object);
}

std::string candidatesText(const std::vector<MatchedCandidate>& candidates) {
  json array = json::array();
  for (const MatchedCandidate& candidate : candidates) array.push_back(jsonOfCandidate(candidate));
  return textOf(array);
}

std::vector<MatchedCandidate> candidatesFrom(const std::string& text) {
  return readAnswer(text, candidatesOf);
}

}  // namespace patchpilot
