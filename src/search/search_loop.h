#pragma once

#include "search/budget.h"
#include "search/searcher.h"
#include "search/trial_renderer.h"

#include <functional>
#include <string>
#include <vector>

namespace patchpilot {

struct RefineProgress {
  std::size_t renders = 0;  ///< made so far, with those that were cut
  double seconds = 0;       ///< since the start
  double best = 0;          ///< least distance so far, by the objective
  double mss = 0;           ///< of that candidate
  /// Makes a list of preliminary results: candidates that differ from each other and the best of the starts,
  /// nearest first. To be called only while this is being reported.
  std::function<std::vector<Candidate>()> found;
  std::size_t cut = 0;  ///< renders that were cut after their first second (`CutRule`)
};

/// Runs a searcher: renders what it asks for, tells it the outcomes, and reports progress after each batch.
class SearchLoop {
 public:
  /// All arguments must outlive this.
  /// @param onProgress  may be empty
  /// @param problems    gets a line for each render that failed
  SearchLoop(TrialRenderer& renderer, Budget& budget,
             const std::function<void(const RefineProgress&)>& onProgress, std::vector<std::string>& problems)
      : renderer_(renderer), budget_(budget), onProgress_(onProgress), problems_(problems) {}

  /// Runs until the searcher asks for nothing more or the budget is spent.
  void run(Searcher& searcher);

  /// Renders at the expense of the budget. @return one outcome per trial, in order
  std::vector<Outcome> render(const std::vector<Trial>& trials);

  /// Reports progress if there is a best candidate.
  void report(const std::optional<Standing>& best, std::function<std::vector<Candidate>()> found);

 private:
  TrialRenderer& renderer_;
  Budget& budget_;
  const std::function<void(const RefineProgress&)>& onProgress_;
  std::vector<std::string>& problems_;
  std::size_t cut_ = 0;
};

}  // namespace patchpilot
