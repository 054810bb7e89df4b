#include "propose/note_rounds.h"

#include "listen/likely_notes.h"
#include "propose/shares.h"

#include <algorithm>
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
  const std::vector<NoteGuess> learned = models_ ? models_->guesses(target) : std::vector<NoteGuess>();
  for (const NoteGuess& guess : likelyNotes(target, learned))
    notes_.push_back({guess, 0, std::numeric_limits<double>::infinity()});
  return true;
}

/// What each note's part of the next round is proportional to.
std::vector<double> NoteRounds::shares() const {
  std::vector<double> nearest, likely;
  for (const AtNote& one : notes_) {
    nearest.push_back(one.best);
    likely.push_back(one.guess.confidence);
  }
  std::vector<double> shares = sharesByNearness(nearest, kScale);
  return shares.empty() ? likely : shares;
}

std::vector<Proposal> NoteRounds::next(int count, const ProposalAt& at) {
  if (++round_ < kRounds) count = std::min(count, kMostCompared);
  std::vector<double> shares = this->shares();
  std::vector<std::size_t> given(notes_.size(), 0);  ///< in this round
  std::vector<Proposal> proposals;
  while (proposals.size() < std::size_t(count)) {
    const auto found = nextByShare(shares, given);
    if (!found || shares[*found] == 0) break;
    const std::size_t next = *found;
    AtNote& one = notes_[next];
    std::optional<Proposal> proposal = at(one.guess.note, one.proposed);
    if (!proposal) {
      shares[next] = -1;
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
