#include "search/search_loop.h"

#include <fmt/format.h>

namespace patchpilot {

void SearchLoop::run(Searcher& searcher) {
  const auto found = [&] { return searcher.found(); };
  report(searcher.best(), found);
  while (!budget_.isSpent()) {
    const std::vector<Trial> trials = searcher.ask(budget_.left());
    if (trials.empty()) return;
    std::vector<Outcome> outcomes = render(trials);
    searcher.tell(outcomes);
    report(searcher.best(), found);
  }
}

std::vector<Outcome> SearchLoop::render(const std::vector<Trial>& trials) {
  std::vector<Outcome> outcomes = renderer_.render(trials);
  budget_.spend(trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    cut_ += outcomes[i].wasCut;
    if (!outcomes[i].problem.empty())
      problems_.push_back(fmt::format("{}: {}", trials[i].proposal.origin, outcomes[i].problem));
  }
  return outcomes;
}

void SearchLoop::report(const std::optional<Standing>& best, std::function<std::vector<Candidate>()> found) {
  if (!best || !onProgress_) return;
  onProgress_({budget_.spent(), budget_.seconds(), best->cost, best->mss, std::move(found), cut_});
}

}  // namespace patchpilot
