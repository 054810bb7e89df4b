#pragma once

#include "listen/candidate.h"

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// A render that a searcher asks for.
struct Trial {
  Proposal proposal;
  std::optional<double> partLimit;  ///< the render may be cut if its first part exceeds this (`CutRule`)
  double keepWithin = std::numeric_limits<double>::infinity();  ///< above this MSS the sound is not needed
};

/// What a trial gave.
struct Outcome {
  std::optional<Candidate> candidate;  ///< none if the render failed, was cut, or was not made
  bool wasCut = false;
  std::string problem;  ///< why the render failed, in a few words; else empty
};

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
