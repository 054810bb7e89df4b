#pragma once

#include "wire/match_document.h"

#include <functional>
#include <string>

namespace patchpilot {

/// What a table says of each candidate between its rank and its synth.
struct CandidateColumns {
  std::string title;
  std::function<std::string(const CandidateFacts& candidate)> values;  ///< as wide as the title
};

/// Prints the candidates as a table.
void printCandidates(const MatchDocument& document, const CandidateColumns& columns);

/// Prints where results were written, and which presets were installed.
void printWritten(const MatchDocument& document, const std::string& out);

}  // namespace patchpilot
