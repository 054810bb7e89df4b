#include "daw/session_view.h"

#include <algorithm>

namespace patchpilot {

const MatchedCandidate* SessionView::candidate(int rank) const {
  if (match)
    for (const MatchedCandidate& candidate : match->candidates)
      if (candidate.rank == rank) return &candidate;
  return nullptr;
}

std::vector<const OfferedLibrary*> SessionView::searched() const {
  std::vector<const OfferedLibrary*> found;
  for (const OfferedLibrary& library : libraries)
    if (library.isUsable() && std::find(chosen.begin(), chosen.end(), library.id) != chosen.end())
      found.push_back(&library);
  if (found.empty())
    for (const OfferedLibrary& library : libraries)
      if (library.isUsable()) return {&library};
  return found;
}

void SessionView::forgetMatch() {
  asked = false;
  match.reset();
  heard.clear();
  presets.clear();
}

}  // namespace patchpilot
