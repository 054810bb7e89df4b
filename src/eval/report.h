#pragma once

#include "eval/tables.h"

namespace patchpilot {

/// One HTML file that needs no network: the tables, how the distances are spread, distance against time
/// spent, and for each target its sound and the best match beside each other.
/// @param folder  of the run, which holds the sounds (`soundFiles`)
std::string reportHtml(const Evaluation& evaluation, const std::vector<KindSummary>& kinds,
                       const std::filesystem::path& folder);

/// Writes `results.csv`, `summary.md` and `report.html` into the folder of a run.
void writeReports(const Evaluation& evaluation, const std::filesystem::path& folder);

}  // namespace patchpilot
