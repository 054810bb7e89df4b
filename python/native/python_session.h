#pragma once

#include "match/session.h"
#include "match/sources.h"
#include "python_methods.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace patchpilot::python {

struct SessionArguments {
  std::shared_ptr<Target> target;
  EngineHandles engines;
  std::vector<std::string> libraries;  ///< files, or names of the user's libraries
  /// Names of the table, or what `PythonProposer` takes. None: as `match` of the command line, and random
  /// patches if there are neither libraries nor models.
  std::optional<py::sequence> methods;
  std::vector<std::filesystem::path> models;  ///< see `ProposerContext`
  std::string embedder;                       ///< see `MatchOptions`
  py::object objective;                       ///< see `objectiveFrom`
  std::optional<py::sequence> starts;         ///< what `proposalFrom` takes
  SessionPlan plan;
  int workers = 0;
};

/// How far a session has come, as Python is told.
struct SessionProgress {
  std::string stage;         ///< "ranking", "refining" or "searching"
  std::size_t renders = 0;   ///< made since the session began
  std::size_t expected = 0;  ///< renders at which the stage ends; 0: its limit is of time
  double seconds = 0;        ///< spent rendering and searching since the session began
  double distance = 0;       ///< of the nearest so far, by the objective
  double mss = 0;            ///< of the same candidate
};

/// A `Session` as Python holds it, with the libraries, engines and methods that it needs. All functions are
/// called with the GIL.
class PythonSession : public SessionObserver {
 public:
  /// Opens libraries and their synths. @throws Error as `openSources`, and (usage) if there is nothing to
  /// match with
  explicit PythonSession(SessionArguments arguments);

  /// Asks the methods, and renders nothing.
  std::vector<Proposal> propose(int count);
  void rank(std::optional<py::function> onProgress);
  void refine(const RefineLimits& limits, std::optional<py::function> onProgress);
  /// Searches on with a searcher of Python's.
  void search(const py::object& searcher, const RefineLimits& limits, std::optional<py::function> onProgress);
  /// @return as `writeResults`, as text
  std::string save(const std::filesystem::path& folder, bool replace);

  const std::shared_ptr<Target>& target() const { return target_; }
  const EngineHandles& engines() const { return engines_; }
  const std::vector<Candidate>& candidates() const { return candidates_; }
  std::vector<std::size_t> best() const;
  const std::vector<SessionProgress>& curve() const { return curve_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  void onRanking(const RankProgress& progress, std::size_t all) override;
  void onRefining(const Refinement& refinement,
                  const std::function<std::vector<Candidate>()>& found) override;
  void onProblems(const std::vector<std::string>& problems) override;

  void open(const std::vector<std::string>& libraries, const std::string& embedder, int workers);
  std::vector<std::shared_ptr<Proposer>> makeProposers(const std::optional<py::sequence>& methods);
  py::list usualMethods();
  void run(const char* stage, std::optional<py::function> onProgress,
           const std::function<void(std::stop_token)>& work);
  void tell(std::size_t renders, std::size_t expected, double distance, double mss);
  double secondsSpent() const;

  std::shared_ptr<Target> target_;
  EngineHandles engines_;
  Engines opened_;  ///< of `engines_`, which can render the target's length
  Sources sources_;
  std::vector<std::filesystem::path> models_;
  std::string objectiveName_;
  std::stop_source stop_;  ///< of the work in hand
  std::vector<std::shared_ptr<Proposer>> proposers_;
  std::optional<Session> session_;
  SessionPlan plan_;
  std::vector<Candidate> candidates_;
  std::vector<SessionProgress> curve_;
  std::vector<std::string> problems_;

  std::string stage_;
  std::optional<HeldObject> onProgress_;
  std::size_t rendersBefore_ = 0, renders_ = 0;  ///< before the stage in hand, and in all
  double secondsBefore_ = 0;
  std::chrono::steady_clock::time_point stageBegin_;
};

}  // namespace patchpilot::python
