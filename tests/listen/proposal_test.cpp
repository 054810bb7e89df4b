#include "listen/proposal.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

TEST(Proposal, IsPlayedWithItsOwnNoteOrTheTargets) {
  Target target;
  target.note = 48;
  target.lengthSeconds = 0.5;
  Proposal proposal;
  EXPECT_EQ(noteOf(proposal, target, 90).midi, 48);
  EXPECT_EQ(noteOf(proposal, target, 90).velocity, 90);
  EXPECT_EQ(noteOf(proposal, target, 90).lengthSeconds, 0.5);
  proposal.note = 60;
  proposal.lengthSeconds = 0.7;
  EXPECT_EQ(noteOf(proposal, target, 90).midi, 60);
  EXPECT_EQ(noteOf(proposal, target, 90).lengthSeconds, 0.7);
}

TEST(Proposal, WithAnotherNoteIsAnotherProposal) {
  Target target;
  target.note = 48;
  Proposal proposal;
  proposal.patch = Patch::point({0.5f, 0.25f});
  const std::string identity = proposalIdentity(proposal, target);
  proposal.note = 48;
  EXPECT_EQ(proposalIdentity(proposal, target), identity) << "that is the target's note";
  proposal.note = 60;
  EXPECT_NE(proposalIdentity(proposal, target), identity);
}

TEST(Proposal, WithAnotherLengthIsAnotherProposal) {
  Target target;
  target.lengthSeconds = 0.5;
  Proposal proposal;
  proposal.patch = Patch::point({0.5f, 0.25f});
  const std::string identity = proposalIdentity(proposal, target);
  proposal.lengthSeconds = 0.5;
  EXPECT_EQ(proposalIdentity(proposal, target), identity) << "that is the target's length";
  proposal.lengthSeconds = 0.50001;
  EXPECT_NE(proposalIdentity(proposal, target), identity);
}

}  // namespace
}  // namespace patchpilot
