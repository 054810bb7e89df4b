#pragma once

#include "daw/session_view.h"

#include <string>

namespace patchpilot {

/// What an editor says, in the words of the page.

/// How it stands with the server.
std::string linkText(const SessionView& view);

/// What a match does now; empty if there is none.
std::string statusText(const SessionView& view);

/// How much of a match is done, 0 to 1; negative if that is not known.
double progressOf(const SessionView& view);

/// "MSS 1.90, SOT 0.052" of each metric that is known. As long as no server has told their titles, they have
/// their names.
std::string metricsText(const MatchedCandidate& candidate, const SessionView& view);

/// Where a candidate came from, and its note if that is not the target's.
std::string originText(const MatchedCandidate& candidate, const SessionView& view);

/// "12.3"; a dash if it is not known.
std::string distanceText(const MatchedCandidate& candidate);

/// The note that was found, and the marked part.
std::string soundText(const SessionView& view);

/// Why there can be no match now; empty if there can be one.
std::string missingText(const SessionView& view);

}  // namespace patchpilot
