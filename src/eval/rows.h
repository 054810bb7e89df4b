#pragma once

#include "eval/evaluation.h"

#include <string>
#include <vector>

namespace patchpilot {

/// Renders of the true patch that make the floor.
inline constexpr int kFloorRenders = 5;

/// The files of all groups of libraries, each once, in the order in which they are named.
std::vector<std::string> libraryFiles(const EvaluationOptions& options);

/// All rows of a run, in the order of the table.
/// @param sources  the files of `libraryFiles`, once for each embedder
std::vector<EvaluationRow> evaluationRows(const EvaluationOptions& options, const Sources& sources);

}  // namespace patchpilot
