#include "eval/report.h"

#include "eval/page.h"
#include "eval/report_page.h"
#include "eval/sound_files.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json describe(const Estimate& e) {
  return {numberOrNull(e.value), numberOrNull(e.interval.low), numberOrNull(e.interval.high)};
}

const char* roleName(EvaluationRow::Role role) {
  switch (role) {
    case EvaluationRow::Role::floor: return "floor";
    case EvaluationRow::Role::random: return "random";
    case EvaluationRow::Role::baseline: return "baseline";
    case EvaluationRow::Role::shuffled: return "shuffled";
    case EvaluationRow::Role::oracle: return "oracle";
    default: return "method";
  }
}

json describe(const RowSummary& row) {
  json recall = json::array();
  for (const double share : row.recall) recall.push_back(numberOrNull(share));
  json means = json::object();
  for (const auto& [name, estimate] : row.means) means[name] = describe(estimate);
  return {{"recall", recall},
          {"targets", row.targets},
          {"failed", row.failed},
          {"means", means},
          {"median", describe(row.median)},
          {"gain", numberOrNull(row.gainDb)},
          {"score", numberOrNull(row.score)},
          {"solved", numberOrNull(row.solved)},
          {"error", numberOrNull(row.continuousError)},
          {"aligned", numberOrNull(row.alignedContinuousError)},
          {"choices", numberOrNull(row.categoricalRight)},
          {"alignedChoices", numberOrNull(row.alignedCategoricalRight)},
          {"renders", numberOrNull(row.renders)},
          {"seconds", numberOrNull(row.seconds)}};
}

json describeKinds(const std::vector<KindSummary>& kinds) {
  json list = json::array();
  for (const KindSummary& kind : kinds) {
    json rows = json::array();
    for (const RowSummary& row : kind.rows) rows.push_back(describe(row));
    list.push_back({{"kind", kind.kind},
                    {"targets", kind.targets},
                    {"noteRight", numberOrNull(kind.noteRight)},
                    {"lengthError", numberOrNull(kind.lengthErrorMedian)},
                    {"rows", rows}});
  }
  return list;
}

json sound(const SoundFiles& files) {
  std::error_code error;
  if (!fs::exists(files.mp3, error) || !fs::exists(files.mel, error)) return nullptr;
  return {{"mp3", base64(readFile(files.mp3))}, {"mel", base64(readFile(files.mel))}};
}

json describeResult(const EvaluationResult& r) {
  json trace = json::array();
  for (const TracePoint& p : r.trace)
    trace.push_back({numberOrNull(p.seconds), p.renders, numberOrNull(p.mss)});
  json distances = json::object();
  for (const auto& [name, value] : r.distances) distances[name] = numberOrNull(value);
  return {{"distances", distances}, {"gain", numberOrNull(r.gainDb)},     {"origin", r.origin},
          {"renders", r.renders},   {"seconds", numberOrNull(r.seconds)}, {"trace", trace}};
}

json describeTarget(const Evaluation& evaluation, const ResultsByName& all, const EvaluationTarget& target,
                    const fs::path& folder) {
  json results = json::array(), matches = json::object();
  const EvaluationResult* best = nullptr;
  std::size_t bestIndex = 0;
  for (std::size_t i = 0; i < evaluation.rows.size(); ++i) {
    const EvaluationRow& row = evaluation.rows[i];
    const auto known = all.find({target.entry.name, row.id});
    const EvaluationResult* result = known == all.end() ? nullptr : known->second;
    results.push_back(result != nullptr && result->found ? describeResult(*result) : json());
    if (row.role != EvaluationRow::Role::method || result == nullptr || !result->found) continue;
    matches[std::to_string(i)] = sound(soundFiles(folder, target.entry.name, &row));
    if (best != nullptr && result->distances.at(kJudgedBy) >= best->distances.at(kJudgedBy)) continue;
    best = result;
    bestIndex = i;
  }
  json object = {{"name", target.entry.name},
                 {"kind", target.entry.kind},
                 {"note", target.entry.note},
                 {"found", target.analysed ? json(target.noteFound) : json()},
                 {"length", numberOrNull(target.entry.lengthSeconds)},
                 {"lengthFound", numberOrNull(target.lengthFound)},
                 {"results", results},
                 {"sound", sound(soundFiles(folder, target.entry.name))}};
  if (best != nullptr) object["best"] = bestIndex;
  object["matches"] = matches;
  return object;
}

}  // namespace

std::string reportHtml(const Evaluation& evaluation, const std::vector<KindSummary>& kinds,
                       const fs::path& folder) {
  json rows = json::array(), targets = json::array(), metrics = json::array();
  for (const Metric& metric : evaluation.metrics)
    metrics.push_back({{"name", metric.name}, {"title", metric.title}, {"digits", metric.digits}});
  const ResultsByName all = evaluation.resultsByName();
  for (const EvaluationRow& row : evaluation.rows)
    rows.push_back({{"id", row.id}, {"role", roleName(row.role)}});
  for (const EvaluationTarget& target : evaluation.targets)
    targets.push_back(describeTarget(evaluation, all, target, folder));
  const json data = {{"settings", evaluation.settings},
                     {"finished", evaluation.finished},
                     {"metrics", metrics},
                     {"rows", rows},
                     {"kinds", describeKinds(kinds)},
                     {"targets", targets},
                     {"bands", kViewBands}};
  return pageWith(pages::report, data);
}

void writeReports(const Evaluation& evaluation, const fs::path& folder) {
  const std::vector<KindSummary> kinds = summarize(evaluation);
  writeFileAtomically(folder / "results.csv", resultsCsv(evaluation));
  writeFileAtomically(folder / "summary.md", summaryMarkdown(evaluation, kinds));
  writeFileAtomically(folder / "report.html", reportHtml(evaluation, kinds, folder));
}

}  // namespace patchpilot
