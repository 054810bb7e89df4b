#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace patchpilot {

/// What a table says of each candidate between its rank and its synth.
struct CandidateColumns {
  std::string title;
  std::function<std::string(const nlohmann::json& candidate)> values;  ///< as wide as the title
};

/// Prints what `candidates.json` holds as a table.
void printCandidates(const nlohmann::json& document, const CandidateColumns& columns);

/// Prints where results were written, and which presets were installed.
void printWritten(const nlohmann::json& document, const std::string& out);

}  // namespace patchpilot
