#include "propose/note_rounds.h"

#include "data/played_note.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace patchpilot {
namespace {

/// Hears one note in every sound.
class OneNote : public Network {
 public:
  explicit OneNote(int note) : note_(note) {}
  std::int64_t dimension() const override { return PlayedNote::kWidth; }
  void run(BatchView, std::span<float> outputs) const override {
    PlayedNote::encode({note_, 100, 1}, outputs);
  }

 private:
  int note_;
};

std::shared_ptr<NetworkHearing> hearing(std::vector<std::shared_ptr<const Network>> networks) {
  return std::make_shared<NetworkHearing>(NoteModels(std::move(networks)));
}

Target heardAs(int note) {
  Target target;
  target.sound = AudioBuffer(2, 4410, 44100);
  target.note = note;
  target.noteConfidence = 1;
  target.noteOpen = true;
  return target;
}

std::ptrdiff_t proposedAt(int note, NoteRounds rounds, const Target& target) {
  rounds.begin(target);
  const auto proposals = rounds.next(24, [](const PlayedWay&, std::size_t) { return Proposal(); });
  EXPECT_EQ(proposals.size(), 24u);
  return std::count_if(proposals.begin(), proposals.end(), [&](const auto& one) { return one.note == note; });
}

TEST(NoteRounds, ShareProposalsWithTheNotesThatNetworksHear) {
  const Target target = heardAs(57);
  EXPECT_EQ(proposedAt(43, NoteRounds(), target), 0);
  const auto one = hearing({std::make_shared<OneNote>(43)});
  EXPECT_GE(proposedAt(43, NoteRounds(one), target), 10);
  EXPECT_GE(proposedAt(57, NoteRounds(one), target), 4);
  // Several have a part each.
  const auto two = hearing({std::make_shared<OneNote>(43), std::make_shared<OneNote>(70)});
  EXPECT_GE(proposedAt(43, NoteRounds(two), target), 4);
  EXPECT_GE(proposedAt(70, NoteRounds(two), target), 4);
}

TEST(NoteRounds, TryTheLengthThatNetworksHearBesideTheOneThatIsFound) {
  Target target = heardAs(57);
  target.lengthSeconds = 0.2;
  target.lengthOpen = true;
  NoteRounds rounds(hearing({std::make_shared<OneNote>(57)}));  // a second long
  rounds.begin(target);
  std::map<std::optional<double>, std::size_t> proposed;
  for (const Proposal& one : rounds.next(20, [](const PlayedWay&, std::size_t) { return Proposal(); }))
    ++proposed[one.lengthSeconds];
  ASSERT_EQ(proposed.size(), 2u);
  EXPECT_EQ(proposed.begin()->first, std::nullopt);
  EXPECT_NEAR(*proposed.rbegin()->first, 1, 1e-5);
  EXPECT_EQ(proposed.begin()->second, proposed.rbegin()->second);
  // The next round has more of what came nearer.
  std::vector<Candidate> candidates(2);
  for (Candidate& candidate : candidates) candidate.proposal.note = 57;
  candidates[0].distance = 9;
  candidates[1].proposal.lengthSeconds = proposed.rbegin()->first;
  candidates[1].distance = 3;
  rounds.observe(candidates);
  const auto next = rounds.next(20, [](const PlayedWay&, std::size_t) { return Proposal(); });
  EXPECT_GT(
      std::count_if(next.begin(), next.end(), [](const auto& one) { return one.lengthSeconds.has_value(); }),
      15);
}

TEST(NoteRounds, KeepALengthThatIsTold) {
  Target target = heardAs(57);
  target.lengthSeconds = 0.2;
  NoteRounds rounds(hearing({std::make_shared<OneNote>(57)}));
  rounds.begin(target);
  for (const Proposal& one : rounds.next(20, [](const PlayedWay&, std::size_t) { return Proposal(); }))
    EXPECT_FALSE(one.lengthSeconds.has_value());
}

}  // namespace
}  // namespace patchpilot
