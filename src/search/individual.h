#pragma once

#include "listen/candidate.h"
#include "search/error_cases.h"
#include "search/genome.h"

namespace patchpilot {

/// A rendered genome.
struct Individual {
  Genome genome;
  Candidate candidate;
  double cost = 0;      ///< of the objective
  double partCost = 0;  ///< MSS of its first part, if renders may be cut (`CutRule`)
  ErrorCases cases{};   ///< if the objective is MSS
};

}  // namespace patchpilot
