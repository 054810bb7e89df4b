#pragma once

#include "listen/listener.h"

#include <optional>
#include <span>
#include <vector>

namespace patchpilot {

/// The best that a searcher has found so far.
struct Standing {
  double cost = 0;  ///< of the objective
  double mss = 0;   ///< of the same candidate
};

/// A method that improves patches by ask and tell. It decides which patches to try; the caller renders them.
/// The results of a searcher depend on its seed and on the outcomes only, so that rendering in parallel does
/// not change them.
class Searcher {
 public:
  virtual ~Searcher() = default;

  /// The next trials. Each call of `ask` that gives some is followed by one of `tell`.
  /// @param most  at least 1
  /// @return 1 to `most` trials; none if the search has ended
  virtual std::vector<Trial> ask(std::size_t most) = 0;

  /// @param outcomes  one for each trial that was asked for last, in order; candidates may be moved from
  virtual void tell(std::span<Outcome> outcomes) = 0;

  /// None if there is no candidate yet.
  virtual std::optional<Standing> best() const = 0;

  /// Preliminary results for display, nearest first.
  virtual std::vector<Candidate> found() const = 0;

  /// All results, in no particular order. Ends the search.
  virtual std::vector<Candidate> take() = 0;
};

}  // namespace patchpilot
