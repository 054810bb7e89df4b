#include "app/candidate_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace patchpilot {

void printCandidates(const MatchDocument& document, const CandidateColumns& columns) {
  std::size_t synthWidth = 5, originWidth = 4;
  for (const WrittenCandidate& c : document.candidates) {
    synthWidth = std::max(synthWidth, c.facts.synth.size());
    originWidth = std::max(originWidth, c.facts.origin.size());
  }
  fmt::print("{:>2}  {}  {:<{}}  {:<{}}  {}\n", "", columns.title, "SYNTH", synthWidth, "FROM", originWidth,
             "FILES");
  for (const WrittenCandidate& c : document.candidates) {
    std::string files = c.facts.render;
    for (const std::string& preset : c.facts.presets) files += ", " + preset;
    fmt::print("{:>2}  {}  {:<{}}  {:<{}}  {}\n", c.facts.rank, columns.values(c.facts), c.facts.synth,
               synthWidth, c.facts.origin, originWidth, files);
  }
}

void printWritten(const MatchDocument& document, const std::string& out) {
  fmt::print("\nWritten to {}\n", out);
  for (const WrittenCandidate& c : document.candidates)
    if (c.installed)
      for (const std::string& file : *c.installed) fmt::print("Installed {}\n", file);
}

}  // namespace patchpilot
