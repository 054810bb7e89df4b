#include "eval/journal.h"

#include "base/error.h"

#include <nlohmann/json.hpp>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json toJson(const std::optional<ParameterError>& error) {
  if (!error) return nullptr;
  json object = json::object();
  if (error->continuous) object["continuous"] = *error->continuous;
  if (error->categorical) object["categorical"] = *error->categorical;
  return object;
}

std::optional<ParameterError> errorFrom(const json& object) {
  if (object.is_null()) return std::nullopt;
  ParameterError error;
  if (object.contains("continuous")) error.continuous = object.at("continuous").get<double>();
  if (object.contains("categorical")) error.categorical = object.at("categorical").get<double>();
  return error;
}

json toJson(const EvaluationResult& result) {
  json trace = json::array();
  for (const TracePoint& point : result.trace) trace.push_back({point.seconds, point.renders, point.mss});
  return {{"target", result.target},       {"row", result.row},
          {"found", result.found},         {"distances", result.distances},
          {"gain_db", result.gainDb},      {"length", result.lengthPlayed},
          {"origin", result.origin},       {"rank", result.rank ? json(*result.rank) : json()},
          {"error", toJson(result.error)}, {"aligned", toJson(result.aligned)},
          {"renders", result.renders},     {"seconds", result.seconds},
          {"problem", result.problem},     {"trace", trace}};
}

EvaluationResult resultFrom(const json& line) {
  EvaluationResult result;
  result.target = line.at("target").get<std::string>();
  result.row = line.at("row").get<std::string>();
  result.found = line.at("found").get<bool>();
  if (line.contains("distances")) result.distances = line.at("distances").get<Measurements>();
  else  // a journal of version 0.1
    for (const char* name : {"mss", "wmfcc", "sot", "rms"})
      result.distances[name] = line.at(name).get<double>();
  result.gainDb = line.at("gain_db").get<double>();
  result.lengthPlayed = line.value("length", 0.0);  // an older run does not say
  result.origin = line.at("origin").get<std::string>();
  if (line.contains("rank") && !line.at("rank").is_null()) result.rank = line.at("rank").get<std::size_t>();
  result.error = errorFrom(line.at("error"));
  result.aligned = errorFrom(line.at("aligned"));
  result.renders = line.at("renders").get<std::size_t>();
  result.seconds = line.at("seconds").get<double>();
  result.problem = line.at("problem").get<std::string>();
  for (const auto& point : line.at("trace"))
    result.trace.push_back(
        {point.at(0).get<double>(), point.at(1).get<std::size_t>(), point.at(2).get<double>()});
  return result;
}

}  // namespace

Journal::Journal(const fs::path& folder, const json& settings, bool replace)
    : file_(folder / "journal.jsonl") {
  std::error_code error;
  fs::create_directories(folder / "sounds", error);
  if (error) failSystem("{} cannot be made: {}", folder.string(), error.message());
  lock(folder);
  if (!fs::exists(file_, error) || fs::file_size(file_, error) == 0 || !read(settings, replace))
    begin(settings);
}

/// Held until this process ends, however it ends.
void Journal::lock(const fs::path& folder) {
  const fs::path file = folder / "lock";
  std::ofstream(file, std::ios::app);
  try {
    lock_ = boost::interprocess::file_lock(file.c_str());
  } catch (const boost::interprocess::interprocess_exception& error) {
    failSystem("{} cannot be locked: {}", file.string(), error.what());
  }
  if (!lock_.try_lock())
    failUsage("{} is in use by another evaluation; wait for it, or name another folder", folder.string());
}

void Journal::begin(const json& settings) {
  results_.clear();
  analyses_.clear();
  std::error_code ignored;
  for (const char* made : {"sounds", "results.csv", "summary.md", "report.html"})
    fs::remove_all(file_.parent_path() / made, ignored);
  fs::create_directories(file_.parent_path() / "sounds", ignored);
  stream_.open(file_, std::ios::trunc);
  write({{"settings", settings}});
}

/// False where there is nothing to go on with.
bool Journal::read(const json& settings, bool replace) {
  const std::string text = readTextFile(file_);
  std::size_t good = 0;  // up to the end of the last whole line
  bool first = true;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', good)) {
    const json line = json::parse(text.substr(good, end - good), nullptr, false);
    const bool last = end + 1 == text.size();
    if (line.is_discarded() && last && !first) break;  // cut short when the machine went down
    if (!line.is_object() || (first && !line.contains("settings")))
      failInput("{} is no journal of an evaluation; name another folder", file_.string());
    if (first && line.at("settings") != settings) {
      if (replace) return false;
      failInput(
          "{} holds another run (other targets, libraries or options); name another folder, or replace it "
          "with --force",
          file_.parent_path().string());
    }
    first = false;
    try {
      take(line);
    } catch (const json::exception& error) {
      if (replace) return false;
      failInput("{} is damaged: {}; replace it with --force", file_.string(), error.what());
    }
    good = end + 1;
  }
  if (first) return false;
  fs::resize_file(file_, good);
  stream_.open(file_, std::ios::app);
  return true;
}

void Journal::take(const json& line) {
  if (line.contains("row")) {
    EvaluationResult result = resultFrom(line);
    const auto key = std::pair(result.target, result.row);
    results_.insert_or_assign(key, std::move(result));
  } else if (line.contains("target")) {
    analyses_[line.at("target").get<std::string>()] = {
        line.at("note").get<int>(), line.at("confidence").get<double>(), line.at("length").get<double>()};
  }
}

void Journal::write(const json& line) {
  stream_ << line.dump(-1, ' ', false, json::error_handler_t::replace) << '\n' << std::flush;
  if (!stream_) failSystem("{} cannot be written; is the disk full?", file_.string());
}

bool Journal::holds(const std::string& target, const std::string& row) const {
  std::lock_guard lock(mutex_);
  return results_.contains({target, row});
}

std::size_t Journal::size() const {
  std::lock_guard lock(mutex_);
  return results_.size();
}

void Journal::addTarget(const std::string& name, const Target& target) {
  std::lock_guard lock(mutex_);
  const json line = {{"target", name},
                     {"note", target.note},
                     {"confidence", target.noteConfidence},
                     {"length", target.startSeconds + target.lengthSeconds}};
  write(line);
  take(line);
}

void Journal::add(const EvaluationResult& result) {
  std::lock_guard lock(mutex_);
  write(toJson(result));
  results_.insert_or_assign(std::pair(result.target, result.row), result);
}

void Journal::fill(Evaluation& evaluation) const {
  std::lock_guard lock(mutex_);
  evaluation.results.clear();
  for (EvaluationTarget& target : evaluation.targets) {
    if (const auto it = analyses_.find(target.entry.name); it != analyses_.end()) {
      target.analysed = true;
      target.noteFound = it->second.note;
      target.noteConfidence = it->second.confidence;
      target.lengthFound = it->second.length;
    }
    for (const EvaluationRow& row : evaluation.rows)
      if (const auto it = results_.find({target.entry.name, row.id}); it != results_.end())
        evaluation.results.push_back(it->second);
  }
  evaluation.finished = evaluation.results.size() == evaluation.targets.size() * evaluation.rows.size();
}

}  // namespace patchpilot
