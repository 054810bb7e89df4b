#pragma once

#include "eval/evaluation.h"
#include "eval/statistics.h"

namespace patchpilot {

/// A mean or a median with the interval in which it lies with a probability of 95 % (`bootstrapInterval`).
struct Estimate {
  double value = 0;
  Interval interval;
};

/// What one row made of all targets of one kind. NaN where there is nothing to say.
struct RowSummary {
  const EvaluationRow* row = nullptr;
  std::size_t targets = 0;  ///< for which anything was rendered
  std::size_t failed = 0;
  std::map<std::string, Estimate> means;  ///< by metric
  Estimate median;                        ///< of `kJudgedBy`
  double gainDb = 0;                      ///< mean of absolute values
  double score =
      0;  ///< how much of the way from random to floor, of the targets whose floor is known; 1 is all
  double solved = 0;  ///< share of those within 1.5 times their floor or MSS 0.5, whichever is larger
  double continuousError = 0, categoricalRight = 0;                ///< means; see `ParameterError`
  double alignedContinuousError = 0, alignedCategoricalRight = 0;  ///< symmetries undone
  std::vector<double>
      recall;  ///< share of targets whose true patch is among the first so many proposals; see `kRecallAt`
  double renders = 0, seconds = 0;  ///< means
};

/// One kind of target: a table.
struct KindSummary {
  std::string kind;
  std::size_t targets = 0;
  double noteRight = 0;          ///< share of targets whose note was found, octave included
  double lengthErrorMedian = 0;  ///< seconds
  std::vector<RowSummary> rows;
};

/// How near to the floor, in units of it, counts as the same sound; and what distance always does.
inline constexpr double kSolvedFloors = 1.5;
inline constexpr double kSolvedMss = 0.5;

/// Among how many proposals the true patch is counted.
inline constexpr std::size_t kRecallAt[] = {1, 5, 50};

/// Two rows of one kind, over the targets for which both found something.
struct RowComparison {
  const EvaluationRow* first = nullptr;
  const EvaluationRow* second = nullptr;
  std::size_t targets = 0;

  struct Difference {
    double median =
        0;         ///< of the first's cost less the second's (`Metric::cost`): below 0 the first is nearer
    double p = 1;  ///< `wilcoxonSignedRank`, `holmCorrected` over all pairs of the kind, metric by metric
  };
  std::map<std::string, Difference> byMetric;
};

/// All pairs of rows that search (methods and the best of random patches), in the order of the rows.
std::vector<RowComparison> compareRows(const Evaluation& evaluation, const std::string& kind);

/// A table a kind, in the order in which they come in the set.
std::vector<KindSummary> summarize(const Evaluation& evaluation);

/// A row a target and row of the table, with a heading; cells that have nothing to say are empty. The last
/// column, seconds, is the only one that differs between two runs on a deterministic synth.
std::string resultsCsv(const Evaluation& evaluation);

/// The tables in Markdown, and what they mean.
std::string summaryMarkdown(const Evaluation& evaluation, const std::vector<KindSummary>& kinds);

}  // namespace patchpilot
