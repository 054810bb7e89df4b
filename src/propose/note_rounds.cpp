#include "propose/note_rounds.h"

#include "listen/likely_notes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace patchpilot {

namespace {

/// Less than any two scores differ by.
constexpr double kScorePerNote = 1e-9;

/// To tell the notes apart takes no more renders than this in each round but the last.
constexpr int kMostCompared = 24;

/// The proposals of a note whose best render is farther than the best of all by this share of it are fewer by
/// the factor e.
constexpr double kScale = 0.25;

}  // namespace

bool NoteRounds::begin(const Target& target) {
  if (target_ == &target) return false;
  target_ = &target;
  round_ = 0;
  notes_.clear();
  for (const NoteGuess& guess : likelyNotes(target))
    notes_.push_back({guess, 0, std::numeric_limits<double>::infinity()});
  return true;
}

/// What a note's share of the proposals is proportional to.
double NoteRounds::weight(const AtNote& one) const {
  double best = std::numeric_limits<double>::infinity();
  for (const AtNote& other : notes_) best = std::min(best, other.best);
  if (!std::isfinite(best)) return one.guess.confidence;
  if (!std::isfinite(one.best)) return 0;
  return std::exp(-(one.best / std::max(best, 1e-9) - 1) / kScale);
}

std::vector<Proposal> NoteRounds::next(int count, const ProposalAt& at) {
  if (++round_ < kRounds) count = std::min(count, kMostCompared);
  std::vector<double> weights;
  for (const AtNote& one : notes_) weights.push_back(weight(one));
  std::vector<std::size_t> given(notes_.size(), 0);  ///< in this round
  std::vector<Proposal> proposals;
  while (proposals.size() < std::size_t(count)) {
    // The largest share that is not given yet (D'Hondt).
    std::size_t next = notes_.size();
    double most = 0;
    for (std::size_t i = 0; i < notes_.size(); ++i)
      if (const double share = weights[i] / double(given[i] + 1); share > most) most = share, next = i;
    if (next == notes_.size()) break;
    AtNote& one = notes_[next];
    std::optional<Proposal> proposal = at(one.guess.note, one.proposed);
    if (!proposal) {
      weights[next] = 0;
      continue;
    }
    ++one.proposed;
    ++given[next];
    proposal->note = one.guess.note;
    // A patch may sound the same at two notes: then the likelier one comes first, whichever was heard first.
    proposal->score += kScorePerNote * double(next);
    proposals.push_back(std::move(*proposal));
  }
  return proposals;
}

void NoteRounds::observe(std::span<const Candidate> candidates) {
  for (const Candidate& candidate : candidates)
    for (AtNote& one : notes_)
      if (candidate.proposal.note == one.guess.note) one.best = std::min(one.best, candidate.distance);
}

}  // namespace patchpilot
