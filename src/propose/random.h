#pragma once

#include "propose/proposers.h"

namespace patchpilot {

/// What any method must beat: patches drawn from the spaces of the synths, by turns. The draws depend on the
/// seed and the target's sound, and are never those that a library of the same seed holds.
class RandomProposer : public Proposer {
 public:
  explicit RandomProposer(const ProposerContext& context);

  std::string name() const override { return "random"; }
  std::vector<Proposal> propose(const Target& target, int count) override;

 private:
  std::vector<std::size_t> synths_;
  std::vector<Instrument>& instruments_;
  std::uint64_t seed_;
};

}  // namespace patchpilot
