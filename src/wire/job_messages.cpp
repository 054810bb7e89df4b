#include "wire/job_messages.h"

#include "wire/json_channel.h"
#include "wire/plugin_json.h"

#include "wire/fields.h"

namespace patchpilot {

using nlohmann::json;

namespace {

constexpr std::size_t kMostPathBytes = 16'384;

std::vector<std::string> namesOf(const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.string());
  return names;
}

std::vector<std::filesystem::path> filesIn(Fields& fields, const char* key) {
  std::vector<std::filesystem::path> files;
  for (const std::string& name : fields.texts(key, 1000, kMostPathBytes)) files.emplace_back(name);
  return files;
}

std::string textIn(Fields& fields, const char* key) { return required(fields.raw(key), key); }
double numberOf(Fields& fields, const char* key) { return required(fields.number(key), key); }
std::int64_t wholeIn(Fields& fields, const char* key) { return required(fields.whole(key), key); }
bool flagIn(Fields& fields, const char* key) { return required(fields.flag(key), key); }

// Each message names its kind in `type`; below, the writer and the reader of each stand together.

json body(const DecodeJob& job) {
  return {{"type", "decode"}, {"source", job.source.string()}, {"out", job.out.string()}};
}
DecodeJob readDecode(Fields& f) { return {textIn(f, "source"), textIn(f, "out")}; }

json body(const MatchJob& job) {
  return {{"type", "match"},
          {"request", toJson(job.request)},
          {"sound", job.sound.string()},
          {"libraries", namesOf(job.libraries)},
          {"near_patches", job.nearPatches.string()},
          {"folder", job.folder.string()},
          {"name", job.name},
          {"generation", job.generation},
          {"workers", job.workers}};
}
MatchJob readMatch(Fields& f) {
  return {matchRequestFrom(required(f.object("request"), "request")),
          textIn(f, "sound"),
          filesIn(f, "libraries"),
          textIn(f, "near_patches"),
          textIn(f, "folder"),
          textIn(f, "name"),
          int(wholeIn(f, "generation")),
          int(wholeIn(f, "workers"))};
}

json body(const TextJob& job) {
  json message = {{"type", "text"},
                  {"text", job.text},
                  {"libraries", namesOf(job.libraries)},
                  {"folder", job.folder.string()},
                  {"top", job.top},
                  {"generation", job.generation},
                  {"workers", job.workers}};
  if (job.bpm) message["bpm"] = *job.bpm;
  return message;
}
TextJob readText(Fields& f) {
  return {textIn(f, "text"),      filesIn(f, "libraries"),       textIn(f, "folder"),
          int(wholeIn(f, "top")), int(wholeIn(f, "generation")), int(wholeIn(f, "workers")),
          f.number("bpm")};
}

json body(const BuildJob& job) {
  json message = {{"type", "build"},      {"file", job.file.string()}, {"space", job.space},
                  {"format", job.format}, {"plugin", job.plugin},      {"synth", job.synth},
                  {"count", job.count}};
  if (job.bpm) message["bpm"] = *job.bpm;
  return message;
}
BuildJob readBuild(Fields& f) {
  return {textIn(f, "file"),   textIn(f, "space"), textIn(f, "format"),
          textIn(f, "plugin"), textIn(f, "synth"), std::uint64_t(wholeIn(f, "count")),
          f.number("bpm")};
}

json body(const ScanJob&) { return {{"type", "scan"}}; }
json body(const StopJob&) { return {{"type", "stop"}}; }

json body(const TargetRead& event) { return {{"type", "target"}, {"target", toJson(event.target)}}; }
TargetRead readTargetRead(Fields& f) { return {targetFactsFrom(required(f.object("target"), "target"))}; }

json body(const RankingProgress& event) {
  return {{"type", "ranking"}, {"done", event.done}, {"total", event.total}};
}
RankingProgress readRanking(Fields& f) {
  return {std::uint64_t(wholeIn(f, "done")), std::uint64_t(wholeIn(f, "total"))};
}

json body(const CandidatesWritten& event) {
  json candidates = json::array();
  for (const CandidateFacts& candidate : event.found.candidates) candidates.push_back(toJson(candidate));
  return {{"type", "written"},
          {"generation", event.generation},
          {"candidates", std::move(candidates)},
          {"provisional", event.found.provisional}};
}
CandidatesWritten readWritten(Fields& f, const json& message) {
  return {int(wholeIn(f, "generation")), foundCandidatesFrom(message)};
}

json body(const RefiningProgress& event) {
  json message = {{"type", "refining"},         {"renders", event.renders}, {"seconds", event.seconds},
                  {"distance", event.distance}, {"mss", event.mss},         {"share", event.share}};
  if (event.secondsLeft) message["seconds_left"] = *event.secondsLeft;
  return message;
}
RefiningProgress readRefining(Fields& f) {
  return {std::uint64_t(wholeIn(f, "renders")),
          numberOf(f, "seconds"),
          numberOf(f, "distance"),
          numberOf(f, "mss"),
          numberOf(f, "share"),
          f.number("seconds_left")};
}

json body(const RendersSkipped& event) {
  return {{"type", "problems"}, {"count", event.count}, {"first", event.first}};
}
RendersSkipped readSkipped(Fields& f) { return {std::uint64_t(wholeIn(f, "count")), textIn(f, "first")}; }

json body(const Remark& event) { return {{"type", "remark"}, {"text", event.text}}; }
Remark readRemark(Fields& f) { return {textIn(f, "text")}; }

json body(const BuildProgressed& event) { return {{"type", "building"}, {"done", event.done}}; }
BuildProgressed readBuilding(Fields& f) { return {std::uint64_t(wholeIn(f, "done"))}; }

json body(const Decoded& event) {
  return {
      {"type", "decoded"}, {"seconds", event.seconds}, {"rate", event.rate}, {"channels", event.channels}};
}
Decoded readDecoded(Fields& f) {
  return {numberOf(f, "seconds"), numberOf(f, "rate"), int(wholeIn(f, "channels"))};
}

json body(const Matched& event) { return {{"type", "matched"}, {"stopped", event.stopped}}; }
Matched readMatched(Fields& f) { return {flagIn(f, "stopped")}; }

json body(const Built& event) {
  return {{"type", "built"}, {"stopped", event.stopped}, {"patches", event.patches}};
}
Built readBuilt(Fields& f) { return {flagIn(f, "stopped"), std::uint64_t(wholeIn(f, "patches"))}; }

PluginInfo readPlugin(Fields& f) {
  return {textIn(f, "name"), textIn(f, "vendor"), textIn(f, "version"),         textIn(f, "format"),
          textIn(f, "id"),   textIn(f, "path"),   int(wholeIn(f, "parameters"))};
}

json body(const Scanned& event) {
  json plugins = json::array();
  for (const PluginInfo& plugin : event.plugins) plugins.push_back(toJson(plugin));
  return {{"type", "scanned"}, {"plugins", std::move(plugins)}};
}
Scanned readScanned(Fields& f) {
  Scanned event;
  for (const json& plugin : required(f.list("plugins"), "plugins")) {
    Fields fields(plugin);
    event.plugins.push_back(readPlugin(fields));
  }
  return event;
}

json body(const JobFailed& event) { return {{"type", "failed"}, {"message", event.message}}; }
JobFailed readFailed(Fields& f) { return {textIn(f, "message")}; }

template <typename Message>
MessageChannel::Arrival receiveAs(MessageChannel& channel, Message& message, double seconds,
                                  Message (*decode)(const json&)) {
  json value;
  const auto arrival = receiveJson(channel, value, seconds);
  if (arrival == MessageChannel::Arrival::message) message = decode(value);
  return arrival;
}

}  // namespace

bool isLast(const JobEvent& event) {
  return std::holds_alternative<Decoded>(event) || std::holds_alternative<Matched>(event) ||
         std::holds_alternative<Built>(event) || std::holds_alternative<Scanned>(event) ||
         std::holds_alternative<JobFailed>(event);
}

json toJson(const JobRequest& request) {
  return std::visit([](const auto& one) { return body(one); }, request);
}

json toJson(const JobEvent& event) {
  return std::visit([](const auto& one) { return body(one); }, event);
}

JobRequest jobRequestFrom(const json& message) {
  Fields fields(message);
  const std::string type = textIn(fields, "type");
  if (type == "decode") return readDecode(fields);
  if (type == "match") return readMatch(fields);
  if (type == "text") return readText(fields);
  if (type == "build") return readBuild(fields);
  if (type == "scan") return ScanJob{};
  if (type == "stop") return StopJob{};
  failInput("there is no request '{}' for a job", type);
}

JobEvent jobEventFrom(const json& message) {
  Fields fields(message);
  const std::string type = textIn(fields, "type");
  if (type == "target") return readTargetRead(fields);
  if (type == "ranking") return readRanking(fields);
  if (type == "written") return readWritten(fields, message);
  if (type == "refining") return readRefining(fields);
  if (type == "problems") return readSkipped(fields);
  if (type == "remark") return readRemark(fields);
  if (type == "building") return readBuilding(fields);
  if (type == "decoded") return readDecoded(fields);
  if (type == "matched") return readMatched(fields);
  if (type == "built") return readBuilt(fields);
  if (type == "scanned") return readScanned(fields);
  if (type == "failed") return readFailed(fields);
  failInput("there is no event '{}' of a job", type);
}

bool send(MessageChannel& channel, const JobRequest& request) { return sendJson(channel, toJson(request)); }
bool send(MessageChannel& channel, const JobEvent& event) { return sendJson(channel, toJson(event)); }

MessageChannel::Arrival receive(MessageChannel& channel, JobRequest& request, double seconds) {
  return receiveAs<JobRequest>(channel, request, seconds, jobRequestFrom);
}

MessageChannel::Arrival receive(MessageChannel& channel, JobEvent& event, double seconds) {
  return receiveAs<JobEvent>(channel, event, seconds, jobEventFrom);
}

}  // namespace patchpilot
