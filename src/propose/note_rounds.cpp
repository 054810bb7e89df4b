#include "propose/note_rounds.h"

#include "listen/likely_notes.h"
#include "propose/shares.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace patchpilot {

namespace {

/// Less than any two scores differ by.
constexpr double kScorePerWay = 1e-9;

/// Lengths that differ by less than this factor sound alike.
constexpr double kSameLength = 1.2;

/// To tell the ways apart takes no more renders than this in each round but the last.
constexpr int kMostCompared = 24;

/// The proposals of a way whose best render is farther than the best of all by this share of it are fewer by
/// the factor e.
constexpr double kScale = 0.25;

}  // namespace

bool NoteRounds::begin(const Target& target) {
  if (target_ == &target) return false;
  target_ = &target;
  round_ = 0;
  ways_.clear();
  const PlayedGuess learned = hearing_ ? hearing_->played(target) : PlayedGuess();
  const bool hasOther = target.lengthOpen && learned.lengthSeconds &&
                        std::abs(std::log(*learned.lengthSeconds / std::max(target.lengthSeconds, 1e-3))) >
                            std::log(kSameLength);
  const std::size_t lengths = hasOther ? 2 : 1;
  for (const NoteGuess& guess : likelyNotes(target, learned.notes))
    for (std::size_t length = 0; length < lengths; ++length) {
      const PlayedWay way{guess.note, length == 0 ? std::nullopt : learned.lengthSeconds, length, lengths};
      ways_.push_back({way, guess.confidence / double(lengths), 0, std::numeric_limits<double>::infinity()});
    }
  return true;
}

/// What each way's part of the next round is proportional to.
std::vector<double> NoteRounds::shares() const {
  std::vector<double> nearest, likely;
  for (const Tried& one : ways_) {
    nearest.push_back(one.best);
    likely.push_back(one.share);
  }
  std::vector<double> shares = sharesByNearness(nearest, kScale);
  return shares.empty() ? likely : shares;
}

std::vector<Proposal> NoteRounds::next(int count, const ProposalAt& at) {
  if (++round_ < kRounds) count = std::min(count, kMostCompared);
  std::vector<double> shares = this->shares();
  std::vector<std::size_t> given(ways_.size(), 0);  ///< in this round
  std::vector<Proposal> proposals;
  while (proposals.size() < std::size_t(count)) {
    const auto found = nextByShare(shares, given);
    if (!found || shares[*found] == 0) break;
    const std::size_t next = *found;
    Tried& one = ways_[next];
    std::optional<Proposal> proposal = at(one.way, one.proposed);
    if (!proposal) {
      shares[next] = -1;
      continue;
    }
    ++one.proposed;
    ++given[next];
    proposal->note = one.way.note;
    proposal->lengthSeconds = one.way.lengthSeconds;
    // A patch may sound the same at two notes: then the likelier one comes first, whichever was heard first.
    proposal->score += kScorePerWay * double(next);
    proposals.push_back(std::move(*proposal));
  }
  return proposals;
}

void NoteRounds::observe(std::span<const Candidate> candidates) {
  for (const Candidate& candidate : candidates)
    for (Tried& one : ways_)
      if (candidate.proposal.note == one.way.note &&
          candidate.proposal.lengthSeconds == one.way.lengthSeconds)
        one.best = std::min(one.best, candidate.distance);
}

}  // namespace patchpilot
