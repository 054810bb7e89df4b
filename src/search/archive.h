#pragma once

#include "listen/candidate.h"

#include <vector>

namespace patchpilot {

/// Whether two candidates have the same patch and are played with the same note.
bool isSamePatch(const Candidate& one, const Candidate& other);

/// The best candidates of which no two sound alike (`soundAlike`), nearest first. A search
/// converges to one sound; the archive keeps others that it passed on the way.
class Archive {
 public:
  static constexpr std::size_t kCapacity = 10;

  /// Adds a candidate if it belongs to the best. It takes the place of worse ones that sound like it.
  /// @param candidate  not added if it has no sound
  void add(const Candidate& candidate);

  /// The same patch at the same distance.
  bool contains(const Candidate& candidate) const;

  /// The distance from which on a candidate is not added: infinite until the archive is full.
  double limit() const;

  const std::vector<Candidate>& candidates() const { return candidates_; }

  /// Empties the archive.
  std::vector<Candidate> take();

 private:
  std::vector<Candidate> candidates_;
};

}  // namespace patchpilot
