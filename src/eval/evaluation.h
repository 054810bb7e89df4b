#pragma once

#include "eval/parameter_error.h"
#include "eval/settings.h"
#include "eval/target_set.h"
#include "features/metric.h"
#include "match/sources.h"

#include <functional>
#include <map>
#include <stop_token>

namespace patchpilot {

struct EvaluationOptions {
  std::vector<std::string> methods{"retrieval"};
  /// Each is a row a method: one library, or several that are searched together.
  std::vector<std::vector<std::string>> libraries;
  /// By which the libraries are searched, a row each; empty: each library's first.
  std::vector<std::string> embedders;
  std::vector<int> renders{50};  ///< what a method may spend on a target; a row a method each
  double seconds = 0;            ///< the most that a method which refines may take on a target; 0: no limit
  bool known = false;            ///< methods are told the note, its length, and that it begins with the file
  bool oracle = false;           ///< add rows for what each library's best entry would be
  bool shuffled = false;         ///< add a row for each method in which it answers other targets
  bool baseline = true;          ///< add rows for the best of as many random patches as a method may render
  std::uint64_t seed = 1;
  int velocity = 100;
  std::vector<Metric> metrics{patchpilot::metrics().begin(),
                              patchpilot::metrics().end()};  ///< `kJudgedBy` among them
  std::size_t limit = 0;                                     ///< only so many targets of each kind; 0: all
  int lanes = 0;                                             ///< targets at a time; 0: one for each core
  int workers = 1;                                           ///< processes that render for each
  bool replace = false;  ///< whether the results of another run may be removed from the folder
  std::stop_token stop;  ///< ends the run after the results that are whole
};

/// The metric by which rows are said to have solved a target.
inline constexpr const char* kJudgedBy = "mss";

/// One line of the table: something that is done to every target.
struct EvaluationRow {
  enum class Role {
    floor,     ///< the true patch, rendered five times more
    random,    ///< one audible patch, drawn
    baseline,  ///< the best of as many drawn patches as a method may render
    method,
    shuffled,  ///< a method's answers to other targets: what an answer is worth that has not heard the sound
    oracle
  };

  std::string id;  ///< such as "retrieval, jx10.db, 50 renders"
  Role role = Role::method;
  std::string method;
  std::vector<std::size_t>
      libraries;       ///< which of the evaluation's, by index; for two embedders a library counts twice
  int renders = 0;     ///< the most that it may spend; 0: no limit
  std::string random;  ///< id of the row of a random patch of the same synths; floor: empty
};

/// A moment at which a row came nearer to its target, by its objective.
struct TracePoint {
  double seconds = 0;
  std::size_t renders = 0;
  double mss = 0;  ///< which rows of all objectives have, and which may be greater than before
};

/// What one row made of one target. The distances are those to the whole sound as it is in its file, with the
/// match laid where the method says that the note begins: who finds the onset too late is not judged by what
/// is left.
struct EvaluationResult {
  std::string target;
  std::string row;
  bool found = false;  ///< whether anything could be rendered; nothing below counts where not, but `problem`
  Measurements distances;  ///< of the nearest by the row's objective, by metric; floor: means of its renders
  double gainDb = 0;
  double lengthPlayed = 0;  ///< when the note of the nearest is let go, from the start of the file
  std::string origin;
  std::optional<ParameterError> error;    ///< where the truth is known, of its space
  std::optional<ParameterError> aligned;  ///< the same, symmetries undone
  std::optional<std::size_t> rank;  ///< where the library holds the true patch: its place, from 1, among the
                                    ///< first proposals; 0: not among them
  std::size_t renders = 0;
  double seconds = 0;
  std::string problem;
  std::vector<TracePoint> trace;
};

/// A target and what was found of its note.
struct EvaluationTarget {
  TargetEntry entry;
  bool analysed = false;  ///< whether what follows is known yet
  int noteFound = 60;
  double noteConfidence = 0;
  double lengthFound = 0;  ///< when the note is let go, from the start of the file
};

/// Among so many proposals the true patch is looked for.
inline constexpr int kRankedProposals = 50;

/// Results by the names of their target and row.
using ResultsByName = std::map<std::pair<std::string, std::string>, const EvaluationResult*>;

/// All of a run, in the order of the set and the rows.
struct Evaluation {
  EvaluationSettings settings;
  std::vector<Metric> metrics{patchpilot::metrics().begin(), patchpilot::metrics().end()};
  std::vector<EvaluationRow> rows;
  std::vector<EvaluationTarget> targets;
  std::vector<EvaluationResult> results;
  bool finished = false;

  /// Holds as long as `results` are not touched.
  ResultsByName resultsByName() const;
};

/// Runs every row over every target, on all cores, and writes each result into `folder` as it comes. A folder
/// that holds part of the same run is gone on with; the rows that stand there already are not run again.
/// @param open        how libraries and synths are opened; workers and seconds are those of `options`
/// @param folder      made where it does not exist
/// @param onProgress  called after each result with how many there are, and will be, by one thread at a time
/// A target that cannot be read is a row that failed. @throws Error (input) as `openSources`, and where the
/// folder holds another run and `replace` is not set; Error (usage) where another process runs in it
Evaluation evaluate(const TargetSet& set, const EvaluationOptions& options, const SourceOptions& open,
                    const std::filesystem::path& folder,
                    const std::function<void(std::size_t done, std::size_t all)>& onProgress);

}  // namespace patchpilot
