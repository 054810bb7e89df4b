#pragma once

#include "search/searcher.h"

#include <functional>
#include <vector>

namespace patchpilot {

// For synths that do not render a patch the same way twice. The best of many such renders is partly a lucky
// one, so the best are rendered once more in the end.

/// Ranks candidates by the mean distance of two renders, and replaces them by the second ones.
/// @param ranked  nearest first
/// @param again   outcomes of second renders of the first candidates, in order. A candidate without a second
///                render stays as it is
/// @return those rendered again, by mean distance; then the others in their order
std::vector<Candidate> rankAgain(std::vector<Candidate> ranked, std::vector<Outcome> again);

}  // namespace patchpilot
