#pragma once

#include "listen/candidate.h"
#include "search/error_cases.h"
#include "search/genome.h"

#include <vector>

namespace patchpilot {

/// A rendered genome.
struct Individual {
  Genome genome;
  Candidate candidate;
  double cost = 0;           ///< the candidate's distance
  double partCost = 0;       ///< MSS of its first part, if renders may be cut (`CutRule`)
  std::vector<float> cases;  ///< errors in parts of the objective, if it has parts; see `Fitness`
};

}  // namespace patchpilot
