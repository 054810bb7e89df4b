#include "search/archive.h"

#include "listen/ranking.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace patchpilot {

bool isSamePatch(const Candidate& one, const Candidate& other) {
  return one.proposal.note == other.proposal.note &&
         one.proposal.patch.content == other.proposal.patch.content;
}

void Archive::add(const Candidate& candidate) {
  if (candidate.sound.frames() == 0 || candidate.distance >= limit()) return;
  const auto isNear = [&](const Candidate& other) { return soundAlike(candidate.spectrum, other.spectrum); };
  const auto firstWorse =
      std::upper_bound(candidates_.begin(), candidates_.end(), candidate,
                       [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
  if (std::any_of(candidates_.begin(), firstWorse, isNear)) return;
  std::vector<Candidate> worse;
  for (auto other = firstWorse; other != candidates_.end(); ++other)
    if (!isNear(*other)) worse.push_back(std::move(*other));
  candidates_.erase(firstWorse, candidates_.end());
  candidates_.push_back(candidate);
  std::move(worse.begin(), worse.end(), std::back_inserter(candidates_));
  if (candidates_.size() > kCapacity) candidates_.pop_back();
}

bool Archive::contains(const Candidate& candidate) const {
  return std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& other) {
    return candidate.distance == other.distance && isSamePatch(candidate, other);
  });
}

double Archive::limit() const {
  return candidates_.size() < kCapacity ? std::numeric_limits<double>::infinity()
                                        : candidates_.back().distance;
}

std::vector<Candidate> Archive::take() { return std::exchange(candidates_, {}); }

}  // namespace patchpilot
