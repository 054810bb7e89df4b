#include "wire/match_request.h"

#include "base/tempo.h"
#include "listen/objective.h"
#include "propose/proposers.h"
#include "wire/fields.h"
#include "wire/limits.h"

namespace patchpilot {

using nlohmann::json;

namespace {

constexpr std::size_t kMostLibraries = 50, kMostMethods = 10;

template <typename Value>
void put(json& object, const char* key, const std::optional<Value>& value) {
  if (value) object[key] = *value;
}

json toJson(const NearRequest& near) {
  json object = {
      {"match", near.match}, {"rank", near.rank}, {"locked", near.locked}, {"changes", near.changes}};
  put(object, "generation", near.generation);
  return object;
}

NearRequest nearRequestFrom(const json& object) {
  Fields fields(object);
  const auto match = fields.text("match");
  const auto rank = fields.whole("rank", 1, 1000);
  if (!match || !rank) failInput("near needs match and rank, which name a candidate");
  NearRequest near{*match, int(*rank), asInt(fields.whole("generation", 1, 1'000'000)),
                   fields.texts("locked"), fields.values("changes")};
  fields.end();
  return near;
}

}  // namespace

json toJson(const MatchRequest& request) {
  json object = json::object();
  put(object, "sound", request.sound);
  put(object, "text", request.text);
  if (!request.libraries.empty()) object["libraries"] = request.libraries;
  if (!request.methods.empty()) object["method"] = request.methods;
  put(object, "objective", request.objective);
  put(object, "start", request.start);
  put(object, "duration", request.duration);
  put(object, "note", request.note);
  put(object, "length", request.length);
  put(object, "velocity", request.velocity);
  put(object, "top", request.top);
  put(object, "refine", request.refine);
  put(object, "seconds", request.seconds);
  put(object, "renders", request.renders);
  put(object, "seed", request.seed);
  put(object, "embedder", request.embedder);
  put(object, "bpm", request.bpm);
  if (request.near) object["near"] = toJson(*request.near);
  return object;
}

MatchRequest matchRequestFrom(const json& object) {
  Fields fields(object);
  MatchRequest request;
  request.sound = fields.text("sound");
  request.text = fields.text("text", kMostTextBytes);
  request.start = fields.number("start", 0, kMostSoundSeconds);
  request.duration = fields.number("duration", 0.05, kMostMatchedSeconds);
  request.note = asInt(fields.whole("note", 0, 127));
  request.length = fields.number("length", 0.001, kMostMatchedSeconds);
  request.velocity = asInt(fields.whole("velocity", 1, 127));
  request.top = asInt(fields.whole("top", 1, 50));
  request.refine = fields.flag("refine");
  request.seconds = fields.number("seconds", 0.1, kMostRefineSeconds);
  request.renders = fields.whole("renders", 1, 100'000'000);
  request.seed = fields.whole("seed");
  request.embedder = fields.text("embedder");
  request.bpm = fields.number("bpm", kSlowestBpm, kFastestBpm);
  request.methods = fields.textOrTexts("method", kMostMethods);
  for (const std::string& name : request.methods) parseMethod(name);
  request.objective = fields.text("objective");
  if (request.objective) checkObjectiveName(*request.objective);
  request.libraries = fields.texts("libraries", kMostLibraries);
  if (const json* near = fields.object("near")) request.near = nearRequestFrom(*near);
  fields.end();
  return request;
}

}  // namespace patchpilot
