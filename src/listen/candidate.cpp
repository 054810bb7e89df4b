#include "listen/candidate.h"

namespace patchpilot {

namespace {

/// Kept by each thread.
PaddedSound& ownPaddedSound() {
  thread_local PaddedSound padded;
  return padded;
}

void measure(Candidate& candidate, const PaddedSound& sound, const Target& target, const Objective& objective,
             double exactWithin) {
  SoundFeatures features;
  addFeatures(features, sound, FeatureGroup::spectrum);
  candidate.mss = mss(target.spectrum, features.mss);
  RenderedSound rendered{sound, features, candidate.mss};
  Cost cost = objective.measure(rendered, exactWithin);
  candidate.distance = cost.value;
  candidate.terms = std::move(cost.terms);
  candidate.spectrum = std::move(features.mss);
}

}  // namespace

void measure(Candidate& candidate, const Target& target, const Objective& objective) {
  PaddedSound& padded = ownPaddedSound();
  padded.assign(candidate.sound);
  measure(candidate, padded, target, objective, std::numeric_limits<double>::infinity());
}

std::optional<Candidate> heard(const Target& target, const Objective& objective, const Proposal& proposal,
                               const RenderOutcome& outcome, std::string& problem, double keepWithin,
                               double exactWithin) {
  problem = outcome.problem;
  if (outcome.status != RenderOutcome::Status::ok) return std::nullopt;
  PaddedSound& padded = ownPaddedSound();
  padded.assign(outcome.audio.left, outcome.audio.right);
  if (!padded.isFinite()) {
    problem = "gave samples that are no numbers";
    return std::nullopt;
  }
  Candidate candidate;
  measure(candidate, padded, target, objective, exactWithin);
  if (candidate.distance <= keepWithin) candidate.sound = outcome.audio.copy();
  candidate.proposal = proposal;
  return candidate;
}

}  // namespace patchpilot
