#include "eval/journal.h"

#include "base/error.h"

#include "wire/json_codec.h"

namespace patchpilot {

namespace fs = std::filesystem;

template <typename Visitor, Either<TracePoint> One>
void nameFields(Visitor& visit, One& point) {
  visit.list(point.seconds, point.renders, point.mss);
}

template <typename Visitor, Either<ParameterError> One>
void nameFields(Visitor& visit, One& error) {
  visit.unless({}, "continuous", error.continuous);
  visit.unless({}, "categorical", error.categorical);
}

template <typename Visitor, Either<EvaluationResult> One>
void nameFields(Visitor& visit, One& result) {
  visit("target", result.target);
  visit("row", result.row);
  visit("found", result.found);
  if constexpr (Visitor::kReads) {
    if (visit.has("distances")) visit("distances", result.distances);
    else  // a journal of version 0.1
      for (const char* name : {"mss", "wmfcc", "sot", "rms"}) visit(name, result.distances[name]);
  } else visit("distances", result.distances);
  visit("gain_db", result.gainDb);
  visit("length", result.lengthPlayed);
  visit("origin", result.origin);
  visit("rank", result.rank);
  visit("error", result.error);
  visit("aligned", result.aligned);
  visit("renders", result.renders);
  visit("seconds", result.seconds);
  visit("problem", result.problem);
  visit("trace", result.trace);
}

template <typename Visitor, Either<AnalysedNote> One>
void nameFields(Visitor& visit, One& note) {
  visit("target", note.target);
  visit("note", note.note);
  visit("confidence", note.confidence);
  visit("length", note.length);
}

namespace {

/// The first line of a journal.
struct Heading {
  const EvaluationSettings& settings;
};

void nameFields(JsonWriter& visit, const Heading& heading) { visit("settings", heading.settings); }

/// Any other line: a note or a result.
struct Line {
  std::optional<AnalysedNote> note;
  std::optional<EvaluationResult> result;
};

void nameFields(JsonReader& visit, Line& line) {
  if (visit.has("row")) nameFields(visit, line.result.emplace());
  else nameFields(visit, line.note.emplace());
}

}  // namespace

Journal::Journal(const fs::path& folder, const EvaluationSettings& settings, bool replace)
    : file_(folder / "journal.jsonl") {
  std::error_code error;
  fs::create_directories(folder / "sounds", error);
  if (error) failSystem("{} cannot be made: {}", folder.string(), error.message());
  lock(folder);
  const std::string heading = jsonText(Heading{settings});
  if (!fs::exists(file_, error) || fs::file_size(file_, error) == 0 || !read(heading, replace))
    begin(heading);
}

/// Held until this process ends, however it ends.
void Journal::lock(const fs::path& folder) {
  const fs::path file = folder / "lock";
  std::ofstream(file, std::ios::app).close();
  try {
    lock_ = boost::interprocess::file_lock(file.c_str());
  } catch (const boost::interprocess::interprocess_exception& error) {
    failSystem("{} cannot be locked: {}", file.string(), error.what());
  }
  if (!lock_.try_lock())
    failUsage("{} is in use by another evaluation; wait for it, or name another folder", folder.string());
}

void Journal::begin(const std::string& heading) {
  results_.clear();
  notes_.clear();
  std::error_code ignored;
  for (const char* made : {"sounds", "results.csv", "summary.md", "report.html"})
    fs::remove_all(file_.parent_path() / made, ignored);
  fs::create_directories(file_.parent_path() / "sounds", ignored);
  stream_.open(file_, std::ios::trunc);
  write(heading);
}

/// False if there is nothing to go on with.
bool Journal::read(const std::string& heading, bool replace) {
  const std::string text = readTextFile(file_);
  std::size_t good = 0;  // up to the end of the last whole line
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', good)) {
    const std::string line = text.substr(good, end - good);
    const bool first = good == 0, last = end + 1 == text.size();
    if (!isJsonObject(line)) {
      if (last && !first) break;  // cut short when the machine went down
      failInput("{} is no journal of an evaluation; name another folder", file_.string());
    }
    if (first && line != heading) {
      if (!line.starts_with("{\"settings\":"))
        failInput("{} is no journal of an evaluation; name another folder", file_.string());
      if (replace) return false;
      failInput(
          "{} holds another run (other targets, libraries or options); name another folder, or replace it "
          "with --force",
          file_.parent_path().string());
    }
    try {
      if (!first) take(line);
    } catch (const Error& error) {
      if (replace) return false;
      failInput("{} is damaged: {}; replace it with --force", file_.string(), error.what());
    }
    good = end + 1;
  }
  if (good == 0) return false;
  fs::resize_file(file_, good);
  stream_.open(file_, std::ios::app);
  return true;
}

void Journal::take(const std::string& text) {
  Line line = fromJsonText<Line>(text);
  if (line.note) notes_[line.note->target] = *line.note;
  if (line.result) results_.insert_or_assign(std::pair(line.result->target, line.result->row), *line.result);
}

void Journal::write(const std::string& line) {
  stream_ << line << '\n' << std::flush;
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
  const AnalysedNote note{name, target.note, target.noteConfidence,
                          target.startSeconds + target.lengthSeconds};
  write(jsonText(note));
  notes_[name] = note;
}

void Journal::add(const EvaluationResult& result) {
  std::lock_guard lock(mutex_);
  write(jsonText(result));
  results_.insert_or_assign(std::pair(result.target, result.row), result);
}

void Journal::fill(Evaluation& evaluation) const {
  std::lock_guard lock(mutex_);
  evaluation.results.clear();
  for (EvaluationTarget& target : evaluation.targets) {
    if (const auto it = notes_.find(target.entry.name); it != notes_.end()) {
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
