#include "eval/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace patchpilot {

namespace {

constexpr double kNoShare = std::numeric_limits<double>::quiet_NaN();

Estimate estimateMean(const std::vector<double>& values) {
  return {mean(values), bootstrapInterval(values, mean)};
}
Estimate estimateMedian(const std::vector<double>& values) {
  return {median(values), bootstrapInterval(values, median)};
}

const EvaluationResult* foundResult(const ResultsByName& results, const std::string& target,
                                    const std::string& row) {
  const auto it = results.find({target, row});
  return it != results.end() && it->second->found ? it->second : nullptr;
}

const EvaluationRow& floorOf(const Evaluation& evaluation) {
  return *std::find_if(evaluation.rows.begin(), evaluation.rows.end(),
                       [](const auto& row) { return row.role == EvaluationRow::Role::floor; });
}

/// The floor is measured from the first.
std::string firstRandom(const Evaluation& evaluation) {
  for (const auto& row : evaluation.rows)
    if (row.role == EvaluationRow::Role::random) return row.id;
  return {};
}

/// Adds an optional value, if there is one.
void append(std::vector<double>& values, const std::optional<double>& value) {
  if (value) values.push_back(*value);
}

double judged(const EvaluationResult& result) { return result.distances.at(kJudgedBy); }

RowSummary summarizeRow(const Evaluation& evaluation, const ResultsByName& results, const EvaluationRow& row,
                        const std::vector<const EvaluationTarget*>& targets) {
  const bool isFloor = row.role == EvaluationRow::Role::floor;
  std::map<std::string, std::vector<double>> values;  // by metric
  std::vector<double> gain, continuous, categorical, alignedContinuous, alignedCategorical, renders, seconds;
  std::vector<double> ofKnown, floors, randoms, solved;
  std::vector<std::size_t> ranks;
  RowSummary summary;
  summary.row = &row;
  for (const EvaluationTarget* target : targets) {
    const EvaluationResult* floor = foundResult(results, target->entry.name, floorOf(evaluation).id);
    const EvaluationResult* random =
        foundResult(results, target->entry.name, isFloor ? firstRandom(evaluation) : row.random);
    const EvaluationResult* result = foundResult(results, target->entry.name, row.id);
    if (floor != nullptr && random != nullptr && results.contains({target->entry.name, row.id})) {
      // Who finds nothing has solved nothing, and come no nearer than chance.
      ofKnown.push_back(result != nullptr ? judged(*result) : judged(*random));
      floors.push_back(judged(*floor));
      randoms.push_back(judged(*random));
      solved.push_back(result != nullptr &&
                       judged(*result) <= std::max(kSolvedFloors * judged(*floor), kSolvedMss));
    }
    if (const auto any = results.find({target->entry.name, row.id});
        any != results.end() && any->second->rank)
      ranks.push_back(*any->second->rank);
    if (result == nullptr) {
      summary.failed += !isFloor && results.contains({target->entry.name, row.id});
      continue;
    }
    for (const auto& [name, value] : result->distances) values[name].push_back(value);
    ++summary.targets;
    gain.push_back(std::abs(result->gainDb));
    renders.push_back(double(result->renders));
    seconds.push_back(result->seconds);
    if (result->error) {
      append(continuous, result->error->continuous);
      append(categorical, result->error->categorical);
      append(alignedContinuous, result->aligned->continuous);
      append(alignedCategorical, result->aligned->categorical);
    }
  }
  for (const Metric& metric : evaluation.metrics)
    summary.means[metric.name] = estimateMean(values[metric.name]);
  summary.median = estimateMedian(values[kJudgedBy]);
  summary.gainDb = mean(gain);
  summary.score = (mean(randoms) - mean(ofKnown)) / (mean(randoms) - mean(floors));
  summary.solved = mean(solved);
  summary.continuousError = mean(continuous);
  summary.categoricalRight = mean(categorical);
  summary.alignedContinuousError = mean(alignedContinuous);
  summary.alignedCategoricalRight = mean(alignedCategorical);
  for (const std::size_t most : kRecallAt) {
    const auto found = std::count_if(ranks.begin(), ranks.end(),
                                     [&](std::size_t rank) { return rank >= 1 && rank <= most; });
    summary.recall.push_back(ranks.empty() ? kNoShare : double(found) / double(ranks.size()));
  }
  summary.renders = mean(renders);
  summary.seconds = mean(seconds);
  return summary;
}

// ---------------------------------------------------------------- text

/// A cell, empty where there is nothing to say.
std::string number(double value, int digits) {
  return std::isnan(value) ? "" : fmt::format("{:.{}f}", value, digits);
}

std::string percent(double share) { return std::isnan(share) ? "" : fmt::format("{:.0f} %", 100 * share); }

std::string estimate(const Estimate& e, int digits) {
  return std::isnan(e.value) ? ""
                             : fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", e.value, digits, e.interval.low,
                                           digits, e.interval.high, digits);
}

std::string csvCell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : c == '\n' ? " " : std::string(1, c);
  return quoted + "\"";
}

std::string optionalCell(const std::optional<double>& value) {
  return value ? fmt::format("{:.6f}", *value) : "";
}

/// What sets a run of these rows apart, and the words it is told with.
std::string howItWasRun(const Evaluation& evaluation) {
  const EvaluationSettings& s = evaluation.settings;
  std::string text =
      fmt::format("Targets: {}. Note, length and onset: {}. Seed {}.\n", s.targets,
                  s.known ? "known to the methods" : "found by the methods from the sound alone", s.seed);
  for (const ComparedLibrary& library : s.libraries)
    text += fmt::format("Library {}: {} patches of {} {}, space {}.\n", library.file, library.patches,
                        library.synth, library.version, library.space);
  return text;
}

/// A Markdown table of the columns that have anything to say.
class Table {
 public:
  void add(std::string heading, std::vector<std::string> cells) {
    const bool empty =
        std::all_of(cells.begin(), cells.end(), [](const std::string& c) { return c.empty(); });
    if (!empty) columns_.push_back({std::move(heading), std::move(cells)});
  }

  std::string text() const {
    std::string head = "|", rule = "|", body;
    for (const auto& column : columns_) {
      head += " " + column.heading + " |";
      rule += " --- |";
    }
    for (std::size_t i = 0; i < columns_.front().cells.size(); ++i) {
      body += "|";
      for (const auto& column : columns_) body += " " + column.cells[i] + " |";
      body += "\n";
    }
    return head + "\n" + rule + "\n" + body;
  }

 private:
  struct Column {
    std::string heading;
    std::vector<std::string> cells;
  };
  std::vector<Column> columns_;
};

template <typename Cell>
std::vector<std::string> cells(const KindSummary& kind, Cell cell) {
  std::vector<std::string> result;
  for (const RowSummary& row : kind.rows) result.push_back(cell(row));
  return result;
}

std::string kindTable(const KindSummary& kind, const std::vector<Metric>& metrics) {
  Table table;
  table.add("", cells(kind, [](const RowSummary& r) { return r.row->id; }));
  for (const Metric& metric : metrics) {
    const bool judges = metric.name == kJudgedBy;
    table.add(judges ? metric.title + ", mean" : metric.title, cells(kind, [&](const RowSummary& r) {
                return estimate(r.means.at(metric.name), metric.digits);
              }));
    if (judges)
      table.add(metric.title + ", median",
                cells(kind, [&](const RowSummary& r) { return estimate(r.median, metric.digits); }));
  }
  table.add("gain, dB", cells(kind, [](const RowSummary& r) { return number(r.gainDb, 1); }));
  table.add("score", cells(kind, [](const RowSummary& r) { return percent(r.score); }));
  table.add("solved", cells(kind, [](const RowSummary& r) { return percent(r.solved); }));
  for (std::size_t i = 0; i < std::size(kRecallAt); ++i)
    table.add(fmt::format("recall at {}", kRecallAt[i]),
              cells(kind, [&](const RowSummary& r) { return percent(r.recall[i]); }));
  table.add("parameter error", cells(kind, [](const RowSummary& r) { return number(r.continuousError, 3); }));
  table.add("symmetries undone",
            cells(kind, [](const RowSummary& r) { return number(r.alignedContinuousError, 3); }));
  table.add("choices right", cells(kind, [](const RowSummary& r) { return percent(r.categoricalRight); }));
  table.add("symmetries undone",
            cells(kind, [](const RowSummary& r) { return percent(r.alignedCategoricalRight); }));
  table.add("renders", cells(kind, [](const RowSummary& r) { return number(r.renders, 0); }));
  table.add("seconds", cells(kind, [](const RowSummary& r) { return number(r.seconds, 2); }));
  table.add("failed",
            cells(kind, [](const RowSummary& r) { return r.failed == 0 ? "" : std::to_string(r.failed); }));
  return table.text();
}

/// Above this p nothing is said of which row is nearer.
constexpr double kSignificant = 0.05;

/// Which of two rows is nearer by a metric, and how sure that is; a dash if it may be chance.
std::string nearer(const RowComparison::Difference& difference) {
  if (!(difference.p < kSignificant) || difference.median == 0) return "-";
  return fmt::format("{} ({})", difference.median < 0 ? "first" : "second",
                     difference.p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", difference.p));
}

std::string comparisonTable(const std::vector<RowComparison>& comparisons,
                            const std::vector<Metric>& metrics) {
  const auto column = [&](const auto& cell) {
    std::vector<std::string> cells;
    for (const RowComparison& one : comparisons) cells.push_back(cell(one));
    return cells;
  };
  Table table;
  table.add("first", column([](const RowComparison& c) { return c.first->id; }));
  table.add("second", column([](const RowComparison& c) { return c.second->id; }));
  table.add("targets", column([](const RowComparison& c) { return std::to_string(c.targets); }));
  for (const Metric& metric : metrics)
    table.add(metric.title,
              column([&](const RowComparison& c) { return nearer(c.byMetric.at(metric.name)); }));
  return table.text();
}

constexpr const char* kLegend = R"(
MSS, wMFCC and SOT are distances: 0 is the same sound. RMS is a similarity of envelopes: 1 is the same. Means (MSS: the
median as well) with the bootstrap's 95 % interval. All are measured over the whole sound of the file, the match laid
where the method found the onset. The match is the nearest by the objective that the method names ("retrieval:mss"), else
by the default. gain: by how many dB the match must be raised or lowered to the level of its target, which of the others
wMFCC alone hears. floor: five more renders of the true patch, nearer than which the synth itself does not
come; empty where the true patch is not known or not of these synths. random: one audible patch drawn from the space.
best of N random: as many drawn patches as the method may render, silent ones among them. shuffled: the method's answers
to other targets, each judged by the next one of its kind: what an answer is worth that has not heard its target. score: how much of the way
from random to floor the mean MSS has come. solved: targets within 1.5 times their floor, or MSS 0.5 if that is more;
both are told of targets whose floor is known, and a target for which nothing was found counts as random, and unsolved.
recall at 1, 5, 50: how often the patch of the library that made the target is among so many that the search names first,
before any is rendered; told where targets were made of patches of that library. renders and seconds are what was spent on
one target. Which row is nearer: by Wilcoxon's signed-rank test over the targets for which both found something, p
corrected by Holm's method for all pairs of the table; a dash where chance may have made the difference.
)";

bool searches(const EvaluationRow& row) {
  return row.role == EvaluationRow::Role::method || row.role == EvaluationRow::Role::baseline;
}

}  // namespace

std::vector<RowComparison> compareRows(const Evaluation& evaluation, const std::string& kind) {
  const ResultsByName results = evaluation.resultsByName();
  std::vector<RowComparison> comparisons;
  std::map<std::string, std::vector<double>> p;  // by metric, in the order of the comparisons
  for (std::size_t i = 0; i < evaluation.rows.size(); ++i)
    for (std::size_t j = i + 1; j < evaluation.rows.size(); ++j) {
      if (!searches(evaluation.rows[i]) || !searches(evaluation.rows[j])) continue;
      RowComparison& one = comparisons.emplace_back();
      one.first = &evaluation.rows[i];
      one.second = &evaluation.rows[j];
      std::map<std::string, std::vector<double>> differences;
      for (const EvaluationTarget& target : evaluation.targets) {
        if (target.entry.kind != kind) continue;
        const EvaluationResult* first = foundResult(results, target.entry.name, one.first->id);
        const EvaluationResult* second = foundResult(results, target.entry.name, one.second->id);
        if (first == nullptr || second == nullptr) continue;
        ++one.targets;
        for (const Metric& metric : evaluation.metrics)
          differences[metric.name].push_back(metric.cost(first->distances.at(metric.name)) -
                                             metric.cost(second->distances.at(metric.name)));
      }
      for (const Metric& metric : evaluation.metrics) {
        one.byMetric[metric.name].median = median(differences[metric.name]);
        p[metric.name].push_back(wilcoxonSignedRank(differences[metric.name]));
      }
    }
  for (const auto& [metric, values] : p) {
    const std::vector<double> corrected = holmCorrected(values);
    for (std::size_t i = 0; i < comparisons.size(); ++i) comparisons[i].byMetric[metric].p = corrected[i];
  }
  return comparisons;
}

std::vector<KindSummary> summarize(const Evaluation& evaluation) {
  std::vector<std::pair<std::string, std::vector<const EvaluationTarget*>>> kinds;
  for (const EvaluationTarget& target : evaluation.targets) {
    auto it = std::find_if(kinds.begin(), kinds.end(),
                           [&](const auto& kind) { return kind.first == target.entry.kind; });
    if (it == kinds.end()) it = kinds.insert(kinds.end(), {target.entry.kind, {}});
    it->second.push_back(&target);
  }
  const ResultsByName results = evaluation.resultsByName();
  std::vector<KindSummary> summaries;
  for (const auto& [kind, targets] : kinds) {
    KindSummary& summary = summaries.emplace_back();
    summary.kind = kind;
    summary.targets = targets.size();
    std::vector<double> right, lengthErrors;
    for (const EvaluationTarget* target : targets) {
      if (!target->analysed) continue;
      right.push_back(target->noteFound == target->entry.note);
      lengthErrors.push_back(std::abs(target->lengthFound - target->entry.lengthSeconds));
    }
    summary.noteRight = mean(right);
    summary.lengthErrorMedian = median(lengthErrors);
    for (const EvaluationRow& row : evaluation.rows)
      summary.rows.push_back(summarizeRow(evaluation, results, row, targets));
  }
  return summaries;
}

std::string resultsCsv(const Evaluation& evaluation) {
  std::string csv = "target,kind,row,method,note,note_found,length,length_found,";
  for (const Metric& metric : evaluation.metrics) csv += metric.name + ",";
  csv +=
      "gain_db,continuous_error,categorical_right,continuous_error_aligned,categorical_right_aligned,origin,"
      "rank,"
      "renders,problem,length_played,seconds\n";
  const ResultsByName results = evaluation.resultsByName();
  for (const EvaluationTarget& target : evaluation.targets) {
    for (const EvaluationRow& row : evaluation.rows) {
      const auto it = results.find({target.entry.name, row.id});
      if (it == results.end()) continue;
      const EvaluationResult& r = *it->second;
      csv += fmt::format("{},{},{},{},{},{},{:.4f},{:.4f},", csvCell(target.entry.name),
                         csvCell(target.entry.kind), csvCell(row.id), row.method, target.entry.note,
                         target.noteFound, target.entry.lengthSeconds, target.lengthFound);
      for (const Metric& metric : evaluation.metrics)
        csv += r.found ? fmt::format("{:.6f},", r.distances.at(metric.name)) : ",";
      csv += r.found ? fmt::format("{:.3f},", r.gainDb) : ",";
      for (const auto& error : {r.error, r.aligned})
        csv += fmt::format("{},{},", optionalCell(error ? error->continuous : std::nullopt),
                           optionalCell(error ? error->categorical : std::nullopt));
      csv += fmt::format("{},{},{},{},{},{:.3f}\n", csvCell(r.origin),
                         r.rank ? *r.rank > 0 ? std::to_string(*r.rank) : "none" : "", r.renders,
                         csvCell(r.problem), r.lengthPlayed > 0 ? fmt::format("{:.4f}", r.lengthPlayed) : "",
                         r.seconds);
    }
  }
  return csv;
}

std::string summaryMarkdown(const Evaluation& evaluation, const std::vector<KindSummary>& kinds) {
  std::string text = "# Evaluation\n\n" + howItWasRun(evaluation);
  if (!evaluation.finished) text += "\nNot finished: run the same command again to go on.\n";
  for (const KindSummary& kind : kinds) {
    text += fmt::format("\n## {}: {} targets\n\n", kind.kind.empty() ? "targets" : kind.kind, kind.targets);
    if (!evaluation.settings.known)
      text += fmt::format("Note found right, octave included: {}. Length off by {:.2f} s (median).\n\n",
                          percent(kind.noteRight), kind.lengthErrorMedian);
    text += kindTable(kind, evaluation.metrics);
    if (const auto comparisons = compareRows(evaluation, kind.kind); !comparisons.empty())
      text += "\nWhich row is nearer:\n\n" + comparisonTable(comparisons, evaluation.metrics);
  }
  return text + kLegend;
}

}  // namespace patchpilot
