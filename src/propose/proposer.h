#pragma once

#include "listen/candidate.h"
#include "listen/proposal.h"

#include <span>
#include <string>
#include <vector>

namespace patchpilot {

/// A family of methods: a target in, proposals out. Proposers propose, the synth judges: whatever is proposed
/// is rendered, and ranked by what is heard.
class Proposer {
 public:
  virtual ~Proposer() = default;
  virtual std::string name() const = 0;

  /// At most `count` distinct proposals (`proposalIdentity`), likeliest first.
  virtual std::vector<Proposal> propose(const Target& target, int count) = 0;

  /// Tells what renders of proposals came to, those of other proposers included. A proposer that learns from
  /// them answers the next `propose` with it.
  virtual void observe([[maybe_unused]] std::span<const Candidate> candidates) {}

  /// In how many rounds its proposals for a target are asked for: each is rendered and observed before the
  /// next.
  virtual int rounds([[maybe_unused]] const Target& target) const { return 1; }
};

}  // namespace patchpilot
