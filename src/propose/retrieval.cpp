#include "propose/retrieval.h"

#include "embed/embedder.h"
#include "listen/likely_notes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace patchpilot {

namespace {

/// Rounds if the note is open.
constexpr int kRounds = 3;

/// Less than any two distances differ by.
constexpr double kScorePerNote = 1e-9;

/// To tell the notes apart takes no more renders than this in each round but the last.
constexpr int kMostCompared = 24;

/// The proposals of a note whose best render is farther than the best of all by this share of it are fewer by
/// the factor e.
constexpr double kScale = 0.25;

}  // namespace

RetrievalProposer::RetrievalProposer(std::vector<SearchLibrary*> libraries, std::set<std::string> leftOut)
    : libraries_(std::move(libraries)), leftOut_(std::move(leftOut)) {
  for (SearchLibrary* one : libraries_) leftOut_ = one->library.lineage().withDuplicates(leftOut_);
}

int RetrievalProposer::rounds(const Target& target) const { return target.noteOpen ? kRounds : 1; }

std::vector<Proposal> RetrievalProposer::nearest(const Target& target, int note, int count) {
  struct Found {
    std::size_t library;
    std::size_t rank;  ///< within the library
    Neighbour neighbour;
  };
  std::vector<Found> found;
  for (std::size_t i = 0; i < libraries_.size(); ++i) {
    const Embedder& embedder = *libraries_[i]->embedder;
    std::vector<float> vector(std::size_t(embedder.dimension()));
    embedder.embedNote(target.sound.channel(0), target.sound.channel(1), note, vector);
    const auto leftOut = libraries_[i]->library.lineage().patchesFrom(leftOut_);
    const auto nearest = nearestPatches(*libraries_[i], vector, count, leftOut);
    for (std::size_t rank = 0; rank < nearest.size(); ++rank) found.push_back({i, rank, nearest[rank]});
  }
  // Distances in two embeddings say nothing of each other: then libraries take turns.
  const bool comparable = std::all_of(libraries_.begin(), libraries_.end(), [&](const SearchLibrary* one) {
    return areComparable(one->embedderInfo(), libraries_.front()->embedderInfo());
  });
  std::stable_sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
    return comparable ? a.neighbour.distance < b.neighbour.distance : a.rank < b.rank;
  });

  std::vector<Proposal> proposals;
  std::set<std::pair<std::size_t, std::string>> seen;  ///< synths and patches
  for (const Found& one : found) {
    if (proposals.size() == std::size_t(count)) break;
    SearchLibrary& from = *libraries_[one.library];
    Proposal proposal = libraryProposal(from, one.neighbour.patch, one.neighbour.distance);
    if (seen.insert({from.synth, patchIdentity(proposal.patch)}).second)
      proposals.push_back(std::move(proposal));
  }
  return proposals;
}

void RetrievalProposer::begin(const Target& target) {
  if (target_ == &target) return;
  target_ = &target;
  round_ = 0;
  notes_.clear();
  for (const NoteGuess& guess : likelyNotes(target))
    notes_.push_back({guess, {}, 0, std::numeric_limits<double>::infinity()});
}

/// What a note's share of the proposals is proportional to.
double RetrievalProposer::weight(const AtNote& one) const {
  double best = std::numeric_limits<double>::infinity();
  for (const AtNote& other : notes_) best = std::min(best, other.best);
  if (!std::isfinite(best)) return one.guess.confidence;
  if (!std::isfinite(one.best)) return 0;
  return std::exp(-(one.best / std::max(best, 1e-9) - 1) / kScale);
}

std::vector<Proposal> RetrievalProposer::propose(const Target& target, int count) {
  if (!target.noteOpen) return nearest(target, target.note, count);
  begin(target);
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
    if (one.nearest.size() <= one.proposed)
      one.nearest = nearest(target, one.guess.note, int(one.proposed) + count);
    if (one.nearest.size() <= one.proposed) {
      weights[next] = 0;
      continue;
    }
    proposals.push_back(one.nearest[one.proposed++]);
    proposals.back().note = one.guess.note;
    // A patch may sound the same at two notes: then the likelier one comes first, whichever was heard first.
    proposals.back().score += kScorePerNote * double(next);
    ++given[next];
  }
  return proposals;
}

void RetrievalProposer::observe(std::span<const Candidate> candidates) {
  for (const Candidate& candidate : candidates)
    for (AtNote& one : notes_)
      if (candidate.proposal.note == one.guess.note) one.best = std::min(one.best, candidate.mss);
}

}  // namespace patchpilot
