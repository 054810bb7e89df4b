#include "wire/match_record.h"

#include "base/error.h"
#include "base/files.h"
#include "listen/objective.h"
#include "wire/fields.h"

#include <set>

namespace patchpilot {

using nlohmann::json;

namespace {

constexpr const char* kMatchStates[] = {"queued", "searching", "ranking", "refining",
                                        "done",   "stopped",   "failed"};

MatchState stateFrom(const std::string& name) {
  for (std::size_t i = 0; i < std::size(kMatchStates); ++i)
    if (name == kMatchStates[i]) return MatchState(i);
  failInput("there is no state '{}' of a match", name);
}

/// The value as JSON; null if there is none.
template <typename Value>
json orNull(const std::optional<Value>& value) {
  return value ? json(*value) : json();
}

std::vector<CurvePoint> curveFrom(const json& list) {
  std::vector<CurvePoint> curve;
  for (const json& one : list) {
    Fields fields(one);
    const auto mss = fields.number("mss");  // an infinite distance is stored as null
    const auto distance = fields.number("distance");
    if (mss)
      curve.push_back({std::uint64_t(required(fields.whole("renders"), "renders")),
                       required(fields.number("seconds"), "seconds"), distance.value_or(distanceOfMss(*mss)),
                       *mss});
  }
  return curve;
}

json toJson(const std::optional<SkippedRenders>& skipped) {
  return skipped ? json{{"count", skipped->count}, {"first", skipped->first}} : json();
}

json targetJson(const MatchRecord& match) { return match.target ? toJson(*match.target) : json(); }

json progressJson(const MatchProgress& progress) {
  json object = {{"phase", nameOf(progress.phase)}, {"done", progress.done}, {"total", progress.total}};
  if (progress.secondsLeft) object["seconds_left"] = *progress.secondsLeft;
  return object;
}

/// Schema `Candidate`.
json candidateView(const MatchRecord& match, const CandidateFacts& candidate) {
  const std::string place = fmt::format("/api/v1/matches/{}/candidates/{}", match.id, candidate.rank),
                    suffix = fmt::format("?g={}", match.generation),
                    name = fmt::format("{} {}", match.name, candidate.rank);
  json presets = json::array();
  for (const std::string& file : candidate.presets) {
    const std::string extension = std::filesystem::path(file).extension().string();
    presets.push_back({{"url", fmt::format("{}/presets/{}{}", place, file, suffix)},
                       {"name", name + extension},
                       {"format", extension.substr(1)}});
  }
  json view = toJson(candidate);
  view.erase("files");
  view.update({{"name", name},
               {"distance", orNull(candidate.distance)},
               {"mss", orNull(candidate.mss())},
               {"similarity", orNull(candidate.similarity)},
               {"gain_db", orNull(candidate.gainDb)},
               {"presets", presets}});
  for (const char* part : {"audio", "recipe", "parameters", "render", "install"})
    view[part] = fmt::format("{}/{}{}", place, part, suffix);
  return view;
}

}  // namespace

json toJson(const std::vector<CurvePoint>& curve) {
  json list = json::array();
  for (const CurvePoint& point : curve)
    list.push_back({{"renders", point.renders},
                    {"seconds", point.seconds},
                    {"distance", point.distance},
                    {"mss", point.mss}});
  return list;
}

const char* nameOf(MatchState state) { return kMatchStates[std::size_t(state)]; }

std::optional<double> MatchRecord::bestDistance() const {
  return found.candidates.empty() ? std::nullopt : found.candidates.front().distance;
}

std::string matchFile(const MatchRecord& match) {
  json candidates = json::array();
  for (const CandidateFacts& candidate : match.found.candidates) candidates.push_back(toJson(candidate));
  const json file = {{"format", 1},
                     {"id", match.id},
                     {"name", match.name},
                     {"created", match.created},
                     {"state", nameOf(match.state)},
                     {"error", match.error},
                     {"request", toJson(match.request)},
                     {"target", targetJson(match)},
                     {"curve", toJson(match.curve)},
                     {"candidates", candidates},
                     {"generation", match.generation},
                     {"provisional", match.found.provisional},
                     {"problems", toJson(match.skipped)},
                     {"remarks", match.remarks}};
  return file.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

MatchRecord readMatchFile(const std::filesystem::path& file) {
  const auto document = json::parse(readTextFile(file), nullptr, false);
  Fields fields(document);
  MatchRecord match;
  match.id = file.parent_path().filename().string();
  match.name = required(fields.raw("name"), "name");
  match.created = required(fields.raw("created"), "created");
  match.state = stateFrom(required(fields.raw("state"), "state"));
  match.error = fields.raw("error").value_or("");
  match.request = matchRequestFrom(required(fields.object("request"), "request"));
  if (const json* target = fields.object("target")) match.target = targetFactsFrom(*target);
  match.curve = curveFrom(required(fields.list("curve"), "curve"));
  match.generation = int(required(fields.whole("generation"), "generation"));
  match.found = foundCandidatesFrom(document);
  if (const json* skipped = fields.object("problems")) {
    Fields problems(*skipped);
    match.skipped = SkippedRenders{std::uint64_t(required(problems.whole("count"), "count")),
                                   required(problems.raw("first"), "first")};
  }
  match.remarks = fields.texts("remarks", 1000, 10'000);
  return match;
}

json matchView(const MatchRecord& match, std::optional<std::size_t> position) {
  const std::string place = fmt::format("/api/v1/matches/{}", match.id);
  json candidates = json::array();
  for (const CandidateFacts& candidate : match.found.candidates)
    candidates.push_back(candidateView(match, candidate));
  json view = {{"id", match.id},
               {"name", match.name},
               {"created", match.created},
               {"state", nameOf(match.state)},
               {"request", toJson(match.request)},
               {"target", targetJson(match)},
               {"progress", progressJson(match.progress)},
               {"curve", toJson(match.curve)},
               {"generation", match.generation},
               {"candidates", candidates},
               {"best_distance", orNull(match.bestDistance())},
               {"provisional", match.found.provisional},
               {"remarks", match.remarks}};
  if (!match.error.empty()) view["error"] = match.error;
  if (match.skipped) view["problems"] = toJson(match.skipped);
  if (position) view["position"] = *position;
  if (match.target) view["target_audio"] = place + "/target";
  if (match.generation > 0 && !match.found.provisional)
    view["zip"] = fmt::format("{}/zip?g={}", place, match.generation);
  return view;
}

json matchSummary(const MatchRecord& match, std::optional<std::size_t> position) {
  std::set<std::string> synths;
  for (const CandidateFacts& candidate : match.found.candidates) synths.insert(candidate.synth);
  json summary = {{"id", match.id},
                  {"name", match.name},
                  {"created", match.created},
                  {"state", nameOf(match.state)},
                  {"note", match.target ? json(match.target->note) : json()},
                  {"best_distance", orNull(match.bestDistance())},
                  {"synths", synths}};
  if (position) summary["position"] = *position;
  return summary;
}

}  // namespace patchpilot
