#include "listen/candidate.h"

namespace patchpilot {

std::optional<Candidate> heard(const Target& target, const Proposal& proposal, const RenderOutcome& outcome,
                               std::string& problem, double keepWithin) {
  problem = outcome.problem;
  if (outcome.status != RenderOutcome::Status::ok) return std::nullopt;
  auto spectrum = finiteMssSpectrum(outcome.audio.left, outcome.audio.right);
  if (!spectrum) {
    problem = "gave samples that are no numbers";
    return std::nullopt;
  }
  Candidate candidate;
  candidate.spectrum = std::move(*spectrum);
  candidate.mss = mss(target.spectrum, candidate.spectrum);
  if (candidate.mss <= keepWithin) candidate.sound = outcome.audio.copy();
  candidate.proposal = proposal;
  return candidate;
}

}  // namespace patchpilot
