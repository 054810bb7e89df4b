#include "eval/report.h"

#include "eval/page.h"
#include "eval/report_page.h"
#include "eval/sound_files.h"
#include "wire/json_codec.h"

namespace patchpilot {

namespace fs = std::filesystem;

void nameFields(JsonWriter& visit, const Estimate& estimate) {
  visit.list(rounded(estimate.value), rounded(estimate.interval.low), rounded(estimate.interval.high));
}

void nameFields(JsonWriter& visit, const RowSummary& row) {
  std::vector<std::optional<double>> recall;
  for (const double share : row.recall) recall.push_back(rounded(share));
  visit("recall", recall);
  visit("targets", row.targets);
  visit("failed", row.failed);
  visit("means", row.means);
  visit("median", row.median);
  visit("gain", rounded(row.gainDb));
  visit("score", rounded(row.score));
  visit("solved", rounded(row.solved));
  visit("error", rounded(row.continuousError));
  visit("aligned", rounded(row.alignedContinuousError));
  visit("choices", rounded(row.categoricalRight));
  visit("alignedChoices", rounded(row.alignedCategoricalRight));
  visit("renders", rounded(row.renders));
  visit("seconds", rounded(row.seconds));
}

void nameFields(JsonWriter& visit, const KindSummary& kind) {
  visit("kind", kind.kind);
  visit("targets", kind.targets);
  visit("noteRight", rounded(kind.noteRight));
  visit("lengthError", rounded(kind.lengthErrorMedian));
  visit("rows", kind.rows);
}

void nameFields(JsonWriter& visit, const Metric& metric) {
  visit("name", metric.name);
  visit("title", metric.title);
  visit("digits", metric.digits);
}

static const char* roleName(EvaluationRow::Role role) {
  switch (role) {
    case EvaluationRow::Role::floor: return "floor";
    case EvaluationRow::Role::random: return "random";
    case EvaluationRow::Role::baseline: return "baseline";
    case EvaluationRow::Role::shuffled: return "shuffled";
    case EvaluationRow::Role::oracle: return "oracle";
    default: return "method";
  }
}

void nameFields(JsonWriter& visit, const EvaluationRow& row) {
  visit("id", row.id);
  visit("role", roleName(row.role));
}

namespace {

struct ShownTracePoint {
  std::optional<double> seconds;
  std::size_t renders = 0;
  std::optional<double> mss;
};

void nameFields(JsonWriter& visit, const ShownTracePoint& point) {
  visit.list(point.seconds, point.renders, point.mss);
}

/// What a row made of a target.
struct ShownResult {
  const EvaluationResult* result;
};

void nameFields(JsonWriter& visit, const ShownResult& shown) {
  const EvaluationResult& result = *shown.result;
  std::map<std::string, std::optional<double>> distances;
  for (const auto& [name, value] : result.distances) distances[name] = rounded(value);
  std::vector<ShownTracePoint> trace;
  for (const TracePoint& point : result.trace)
    trace.push_back({rounded(point.seconds), point.renders, rounded(point.mss)});
  visit("distances", distances);
  visit("gain", rounded(result.gainDb));
  visit("origin", result.origin);
  visit("renders", result.renders);
  visit("seconds", rounded(result.seconds));
  visit("trace", trace);
}

/// A sound that plays, and its spectrogram; both in base64.
struct Sound {
  std::string mp3, mel;
};

void nameFields(JsonWriter& visit, const Sound& sound) {
  visit("mp3", sound.mp3);
  visit("mel", sound.mel);
}

std::optional<Sound> soundIn(const SoundFiles& files) {
  std::error_code error;
  if (!fs::exists(files.mp3, error) || !fs::exists(files.mel, error)) return std::nullopt;
  return Sound{base64(readFile(files.mp3)), base64(readFile(files.mel))};
}

/// A target, and what each row made of it.
struct TargetReport {
  const EvaluationTarget& target;
  std::vector<std::optional<ShownResult>> results;      ///< of each row; none if it found nothing
  std::map<std::string, std::optional<Sound>> matches;  ///< of the methods, by the index of their row
  std::optional<std::size_t> best;                      ///< row of the nearest of them
  std::optional<Sound> sound;
};

void nameFields(JsonWriter& visit, const TargetReport& report) {
  const EvaluationTarget& target = report.target;
  visit("name", target.entry.name);
  visit("kind", target.entry.kind);
  visit("note", target.entry.note);
  visit("found", target.analysed ? std::optional(target.noteFound) : std::nullopt);
  visit("length", rounded(target.entry.lengthSeconds));
  visit("lengthFound", rounded(target.lengthFound));
  visit("results", report.results);
  visit("sound", report.sound);
  visit.unless({}, "best", report.best);
  visit("matches", report.matches);
}

TargetReport reportOf(const Evaluation& evaluation, const ResultsByName& all, const EvaluationTarget& target,
                      const fs::path& folder) {
  TargetReport report{target, {}, {}, {}, soundIn(soundFiles(folder, target.entry.name))};
  double least = 0;
  for (std::size_t i = 0; i < evaluation.rows.size(); ++i) {
    const EvaluationRow& row = evaluation.rows[i];
    const auto known = all.find({target.entry.name, row.id});
    const EvaluationResult* result = known != all.end() && known->second->found ? known->second : nullptr;
    report.results.push_back(result != nullptr ? std::optional(ShownResult{result}) : std::nullopt);
    if (row.role != EvaluationRow::Role::method || result == nullptr) continue;
    report.matches[std::to_string(i)] = soundIn(soundFiles(folder, target.entry.name, &row));
    if (report.best && result->distances.at(kJudgedBy) >= least) continue;
    least = result->distances.at(kJudgedBy);
    report.best = i;
  }
  return report;
}

/// All that the page shows.
struct Report {
  const Evaluation& evaluation;
  const std::vector<KindSummary>& kinds;
  std::vector<TargetReport> targets;
};

void nameFields(JsonWriter& visit, const Report& report) {
  visit("settings", report.evaluation.settings);
  visit("finished", report.evaluation.finished);
  visit("metrics", report.evaluation.metrics);
  visit("rows", report.evaluation.rows);
  visit("kinds", report.kinds);
  visit("targets", report.targets);
  visit("bands", kViewBands);
}

}  // namespace

std::string reportHtml(const Evaluation& evaluation, const std::vector<KindSummary>& kinds,
                       const fs::path& folder) {
  Report report{evaluation, kinds, {}};
  const ResultsByName all = evaluation.resultsByName();
  for (const EvaluationTarget& target : evaluation.targets)
    report.targets.push_back(reportOf(evaluation, all, target, folder));
  return pageWith(pages::report, jsonText(report));
}

void writeReports(const Evaluation& evaluation, const fs::path& folder) {
  const std::vector<KindSummary> kinds = summarize(evaluation);
  writeFileAtomically(folder / "results.csv", resultsCsv(evaluation));
  writeFileAtomically(folder / "summary.md", summaryMarkdown(evaluation, kinds));
  writeFileAtomically(folder / "report.html", reportHtml(evaluation, kinds, folder));
}

}  // namespace patchpilot
