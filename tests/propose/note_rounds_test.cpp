#include "propose/note_rounds.h"

#include "data/played_note.h"

#include <gtest/gtest.h>

#include <algorithm>

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
  const auto proposals = rounds.next(24, [](int, std::size_t) { return Proposal(); });
  EXPECT_EQ(proposals.size(), 24u);
  return std::count_if(proposals.begin(), proposals.end(), [&](const auto& one) { return one.note == note; });
}

TEST(NoteRounds, ShareProposalsWithTheNotesThatNetworksHear) {
  const Target target = heardAs(57);
  EXPECT_EQ(proposedAt(43, NoteRounds(), target), 0);
  const auto one = std::make_shared<NoteModels>(
      std::vector<std::shared_ptr<const Network>>{std::make_shared<OneNote>(43)});
  EXPECT_GE(proposedAt(43, NoteRounds(one), target), 10);
  EXPECT_GE(proposedAt(57, NoteRounds(one), target), 4);
  // Several have a part each.
  const auto two = std::make_shared<NoteModels>(std::vector<std::shared_ptr<const Network>>{
      std::make_shared<OneNote>(43), std::make_shared<OneNote>(70)});
  EXPECT_GE(proposedAt(43, NoteRounds(two), target), 4);
  EXPECT_GE(proposedAt(70, NoteRounds(two), target), 4);
}

}  // namespace
}  // namespace patchpilot
